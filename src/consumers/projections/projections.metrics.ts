import { Injectable } from '@nestjs/common';
import { Metrics, SingleFlight } from '../../infra/index.js';
import type { BuildRow } from './builds.sql.js';
import { ProjectionBuilds } from './projection-builds.js';

/** How far projections are behind the log; their consumers have counters of their own (`ConsumersMetrics`). */
@Injectable()
export class ProjectionsMetrics {
  private readonly reading = new SingleFlight<BuildRow[]>();

  constructor(metrics: Metrics, builds: ProjectionBuilds) {
    const gauge = (name: string, help: string, status: BuildRow['status']): void =>
      void metrics.labelledGauge(name, help, 'projection', async () => {
        // A scrape must work while PostgreSQL doesn't.
        const known = await this.reading.run('builds', () => builds.all()).catch(() => []);
        const lags = known
          .filter((build) => build.status === status)
          .map(({ projection, head, position }) => [projection, Number(head) - Number(position)] as const);
        return Object.fromEntries(lags);
      });
    gauge('inventory_projection_lag_positions', 'Positions of the log behind the tables that are read.', 'live');
    gauge(
      'inventory_projection_rebuild_lag_positions',
      'The same of tables in the making, if there are any.',
      'building',
    );
  }
}
