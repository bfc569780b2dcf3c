import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { NewInventoryEvent } from '../../src/contracts/index.js';
import { type EventRow, eventOf } from '../../src/events/log/event-row.js';
import { readEventsSql } from '../../src/events/log/read-events.sql.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { EventsAsText1790000400000 } from '../../src/database/migrations/1790000400000-events-as-text.js';
import { TextsOfCategories1790000600000 } from '../../src/database/migrations/1790000600000-texts-of-categories.js';
import { aNewEvent } from '../support/events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A database of an earlier version, with what that version has written. */
describe('migrations', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

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

  it('keep a text for each category that it has products in, and none without products', async () => {
    const before = MIGRATIONS.indexOf(TextsOfCategories1790000600000);
    await migrated(before, async (dataSource) => {
      await dataSource.query(`
        INSERT INTO vendors VALUES ('vnd', 'Trader', '{}', null, null, null, '{}', '', 1, now(), now())`);
      await insertProducts(
        dataSource,
        ['chilli', 'spices'],
        ['chilli', 'vegetables'],
        ['onion', 'vegetables'],
        ['gone', 'x'],
      );
      await dataSource.query(`DELETE FROM products WHERE category = 'x'`);
      expect(await texts(dataSource)).toEqual([
        { word: 'chilli', products: ['spices', 'vegetables'] },
        { word: 'gone', products: [] },
        { word: 'onion', products: ['vegetables'] },
      ]);
    });
    await migrated(MIGRATIONS.length, async (dataSource) => {
      const each = [
        { word: 'chilli', products: ['spices'] },
        { word: 'chilli', products: ['vegetables'] },
        { word: 'onion', products: ['vegetables'] },
      ];
      expect(await texts(dataSource)).toEqual(each);
      expect(await dataSource.query('SELECT category FROM product_texts ORDER BY lexemes::text, category')).toEqual(
        each.map(({ products: [category] }) => ({ category })),
      );
      // What is created and moved from now on.
      await insertProducts(dataSource, ['onion', 'spices'], ['onion', 'vegetables']);
      await dataSource.query(
        `UPDATE products SET category = 'spices' WHERE search = 'chilli' AND category = 'vegetables'`,
      );
      expect(await texts(dataSource)).toEqual([
        { word: 'chilli', products: [] },
        { word: 'chilli', products: ['spices', 'spices'] },
        { word: 'onion', products: ['spices'] },
        { word: 'onion', products: ['vegetables', 'vegetables'] },
      ]);
    });
  });
});

/** With a word of their text, and a category. */
async function insertProducts(dataSource: DataSource, ...products: [word: string, category: string][]): Promise<void> {
  await dataSource.query(
    `INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability, search,
                           version, created_at, updated_at)
     SELECT 'prd_' || id, 'vnd', id, p->>0, '{}', p->>1, 'kg', 1, 'INR', 'available', array_to_tsvector(ARRAY[p->>0]), 1, now(), now()
     FROM (SELECT gen_random_uuid()::text AS id, p FROM json_array_elements($1) AS p) given`,
    [JSON.stringify(products)],
  );
}

/** Each with the categories of its products. */
function texts(dataSource: DataSource): Promise<unknown[]> {
  return dataSource.query(`
    SELECT replace(t.lexemes::text, '''', '') AS word,
           coalesce(json_agg(p.category ORDER BY p.category) FILTER (WHERE p.id IS NOT NULL), '[]') AS products
    FROM product_texts t LEFT JOIN products p ON p.text_id = t.id AND p.search = t.lexemes
    GROUP BY t.id ORDER BY 1, min(p.category) NULLS FIRST`);
}

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
