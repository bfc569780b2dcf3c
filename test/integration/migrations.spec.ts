import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { NewInventoryEvent } from '../../src/contracts/index.js';
import { type EventRow, eventOf } from '../../src/events/log/event-row.js';
import { readEventsSql } from '../../src/events/log/read-events.sql.js';
import { MIGRATIONS } from '../../src/infra/postgres/migrations/index.js';
import { EventsAsText1790000400000 } from '../../src/infra/postgres/migrations/1790000400000-events-as-text.js';
import { aNewEvent } from '../support/events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A database of an earlier version, with what that version has written. */
describe('migrations', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  async function migrated<Result>(upTo: number, work: (dataSource: DataSource) => Promise<Result>): Promise<Result> {
    const migrations = MIGRATIONS.slice(0, upTo);
    const dataSource = await new DataSource({ type: 'postgres', url: database.url, migrations }).initialize();
    try {
      await dataSource.runMigrations({ transaction: 'each' });
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  it('keep the events, and take those of an instance of the version before', async () => {
    const before = MIGRATIONS.indexOf(EventsAsText1790000400000);
    const [old, late] = [aNewEvent({ version: 1 }), aNewEvent({ version: 2 })];
    await migrated(before, (dataSource) => appendAsJsonb(dataSource, old, 1));
    await migrated(MIGRATIONS.length, async (dataSource) => {
      await appendAsJsonb(dataSource, late, 2);
      const { statement } = readEventsSql({});
      const rows = await dataSource.query<EventRow[]>(statement.text, [0, 10]);
      expect(rows.map((row) => eventOf(row, 'epoch'))).toEqual([
        { ...old, position: 1, epoch: 'epoch' },
        { ...late, position: 2, epoch: 'epoch' },
      ]);
      expect(await dataSource.query(`SELECT pg_typeof(product)::text AS type FROM inventory_events`)).toEqual([
        { type: 'json' },
        { type: 'json' },
      ]);
    });
  });
});

/** As versions did whose log has `jsonb`. */
async function appendAsJsonb(dataSource: DataSource, event: NewInventoryEvent, position: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO inventory_events (position, event_id, event_type, product_id, vendor_id, category, version, changes,
                                   product, correlation_id, region, occurred_at)
     SELECT $2::bigint, e."eventId", e."eventType", e."productId", e."vendorId", e.category, e.version, e.changes, e.product,
            e."correlationId", e.region, e."occurredAt"
     FROM jsonb_to_recordset($1::jsonb) AS e (
       "eventId" uuid, "eventType" text, "productId" text, "vendorId" text, category text, version integer, changes jsonb,
       product jsonb, "correlationId" text, region text, "occurredAt" timestamptz)`,
    [JSON.stringify([event]), position],
  );
}
