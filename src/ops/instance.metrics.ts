import { Injectable } from '@nestjs/common';
import { AppConfig, VERSION } from '../config/index.js';
import { SqlClient } from '../database/index.js';
import { EventsStatus } from '../events/index.js';
import { Metrics } from '../infra/index.js';

/** What the instance is, and what it is connected to. */
@Injectable()
export class InstanceMetrics {
  constructor(metrics: Metrics, events: EventsStatus, sql: SqlClient, config: AppConfig) {
    metrics.info('inventory_build_info', 'Always 1; its labels say what runs here.', {
      version: VERSION,
      node_version: process.version,
      region: config.region,
      database: config.embedded ? 'embedded' : 'external',
      redis: config.redis ? 'external' : 'in-process',
    });
    metrics.gauge('inventory_leader', '1 on the instance that gives events their positions, 0 on others.', () =>
      Number(events.leading),
    );
    metrics.gauge('inventory_bus_connected', '0: events of other instances are followed in the log.', () =>
      Number(events.busConnected),
    );
    metrics.labelledGauge(
      'inventory_database_connections',
      'Connections of the general pool; `waiting`: callers that wait for one.',
      'state',
      () => ({ ...sql.poolState }),
    );
  }
}
