import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { SqlClient } from '../../database/index.js';
import { EventsStatus } from '../../events/index.js';
import { PeriodicJob } from '../../infra/index.js';
import { HOT_TABLES, type HotTable } from './hot-tables.js';
import { MaintenanceConnection } from './maintenance-connection.js';
import { analyzeSql, cleanPendingSql, TABLE_SIZES, type TableSize, vacuumSql } from './table-statistics.sql.js';
import { type Needs, TableUpkeep } from './table-upkeep.js';

/** Milliseconds between sweeps. */
const EVERY = 500;
/** Part of a table's pages: with longer lists of pending entries than that, plans may avoid the index. */
const LONG_LIST = 0.01;

interface Watched {
  table: HotTable;
  upkeep: TableUpkeep;
}

interface Work extends Watched {
  size: TableSize;
  needs: Needs;
}

/**
 * Keeps the planner's statistics true while tables grow. PostgreSQL itself looks once a minute; until then a search by
 * text in a catalogue that has just been loaded has the plan of an empty one, and reads sixty times as many pages.
 *
 * The leader compares the size of each hot table with that of its last analysis, and analyses those that have outgrown
 * it, on a connection of its own. No reader or writer waits for an analysis, and PostgreSQL makes new plans for the
 * prepared statements on the table after it. Tables of another owner are left to autovacuum.
 */
@Injectable()
export class StatisticsKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(StatisticsKeeper.name);
  private readonly watched = new Map<string, Watched>(
    HOT_TABLES.map((table) => [table.name, { table, upkeep: new TableUpkeep() }]),
  );
  private job: PeriodicJob | undefined;

  constructor(
    private readonly sql: SqlClient,
    private readonly events: EventsStatus,
    private readonly connection: MaintenanceConnection,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(StatisticsKeeper.name, EVERY, async () => {
      if (this.events.leading) await this.sweep();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.connection.close();
    await this.job?.stop();
  }

  private async sweep(): Promise<void> {
    const sizes = await this.sql.query<TableSize & Record<string, unknown>>(TABLE_SIZES);
    const now = performance.now();
    const work = sizes.map((size): Work => {
      const { table, upkeep } = this.watched.get(size.name)!;
      const { analysis, cleaning, vacuum } = upkeep.observe(size, now);
      const needs = {
        analysis,
        cleaning: cleaning && table.ginIndexes.length > 0,
        vacuum: vacuum && table.byIndexAlone,
      };
      return { table, upkeep, size, needs };
    });
    const due = work.filter(({ needs }) => needs.analysis || needs.cleaning || needs.vacuum);
    if (due.length === 0) return;
    await this.connection.use(async (client) => {
      for (const one of due) await this.bringUpToDate(client, one);
      for (const { table, needs } of due) if (needs.vacuum) await client.query(vacuumSql(table));
    });
  }

  private async bringUpToDate(client: pg.Client, { table, upkeep, size, needs }: Work): Promise<void> {
    const began = performance.now();
    // Indexes come first: the length of their lists is part of the plans that are made after an analysis.
    const wasLong = needs.cleaning && (await clean(client, table)) > size.pages * LONG_LIST;
    if (needs.cleaning) upkeep.cleanedAt(size);
    if (needs.analysis || wasLong) await client.query(analyzeSql(table));
    const took = Math.round(performance.now() - began);
    this.logger.debug(`Brought ${table.name} up to date: ${size.pages} pages, ${took} ms`);
  }
}

/** @returns how many pages of pending entries there were */
async function clean(client: pg.Client, table: HotTable): Promise<number> {
  const { rows } = await client.query<{ pages: number }>(cleanPendingSql(table));
  return rows[0]!.pages;
}
