import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { verifyLog } from '../../src/cli/verify-log.js';
import type { NewInventoryEvent } from '../../src/contracts/index.js';
import { eventRows } from '../../src/events/log/append-events.sql.js';
import { type VendorEntity, vendorOf } from '../../src/inventory/vendors/vendor.entity.js';
import { READ_VENDOR, UPDATE_VENDOR } from '../../src/inventory/vendors/vendors.sql.js';
import { type EventRow, eventOf } from '../../src/events/log/event-row.js';
import { readEventsSql } from '../../src/events/log/read-events.sql.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { EventsAsText1790000400000 } from '../../src/database/migrations/1790000400000-events-as-text.js';
import { VendorStock1790001200000 } from '../../src/database/migrations/1790001200000-vendor-stock.js';
import { FOLD } from '../../src/inventory/vendors/stock/vendor-stock.sql.js';
import { EventsOfVendors1790001500000 } from '../../src/database/migrations/1790001500000-events-of-vendors.js';
import { TextsOfCategories1790000600000 } from '../../src/database/migrations/1790000600000-texts-of-categories.js';
import { aNewEvent, aVendor, aVendorEvent, placed } from '../support/events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { MISCOUNTS } from '../../src/cli/verify-log.js';

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
      expect(rows.map((row) => eventOf(row, 'epoch'))).toEqual([placed(old, 'epoch', 1), placed(late, 'epoch', 2)]);
      expect(await dataSource.query(`SELECT pg_typeof(product)::text AS type FROM inventory_events`)).toEqual([
        { type: 'json' },
        { type: 'json' },
      ]);
    });
  });

  it('log what instances of the version before do to vendors, and nothing twice', async () => {
    const before = MIGRATIONS.indexOf(EventsOfVendors1790001500000);
    await migrated(before, (dataSource) => insertVendorAsBefore(dataSource, 'vnd_old'));
    await migrated(MIGRATIONS.length, async (dataSource) => {
      await insertVendorAsBefore(dataSource, 'vnd_new');
      await updateVendorAsBefore(dataSource, 'vnd_old', 2, { name: 'B', names: { hi: 'ब' }, languages: ['hi'] });
      await updateVendorAsBefore(dataSource, 'vnd_new', 2, { name: 'B', names: {}, languages: [] });
      // Its own statements append the event themselves.
      const next = { ...aVendor({ id: 'vnd_new' }), name: 'C', version: 3 };
      const event = aVendorEvent({ eventType: 'vendor_updated', vendorId: next.id, version: 3, vendor: next });
      await dataSource.query(UPDATE_VENDOR.text, [JSON.stringify([{ ...next, search: [] }]), 2, eventRows([event])]);
      await updateVendorAsBefore(dataSource, 'vnd_new', 4, { name: 'D', names: {}, languages: [] });
      // Whatever else happens to a row is no event.
      await dataSource.query(`UPDATE vendors SET search = ''`);

      await dataSource.query('UPDATE inventory_events SET position = seq');
      const rows = await dataSource.query<EventRow[]>(readEventsSql({}).statement.text, [0, 10]);
      const events = rows.map((row) => eventOf(row, 'epoch'));
      expect(events.map(({ eventType, vendorId, version }) => [eventType, vendorId, version])).toEqual([
        ['vendor_created', 'vnd_new', 1],
        ['vendor_updated', 'vnd_old', 2],
        ['vendor_updated', 'vnd_new', 2],
        ['vendor_updated', 'vnd_new', 3],
        ['vendor_updated', 'vnd_new', 4],
      ]);
      expect(events[1]).toMatchObject({
        ...{ productId: null, category: null, product: null, cause: {}, observation: null },
        eventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/),
        changes: [
          { field: 'name', oldValue: 'A', newValue: 'B' },
          { field: 'names', oldValue: {}, newValue: { hi: 'ब' } },
          { field: 'languages', oldValue: [], newValue: ['hi'] },
        ],
        vendor: {
          ...{ id: 'vnd_old', name: 'B', names: { hi: 'ब' }, market: null, district: null, state: null },
          ...{ languages: ['hi'], version: 2, createdAt: AT, updatedAt: AT },
        },
        occurredAt: AT,
      });
      const vendor = await dataSource.query<VendorEntity[]>(READ_VENDOR.text, ['vnd_new']);
      expect(events.at(-1)!.vendor).toEqual(vendorOf(vendor[0]!));
      // Where they note what is to be put out of date, which their leader does.
      expect(await dataSource.query('SELECT kind FROM vendor_changes ORDER BY id')).toHaveLength(5);
    });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    expect(await verifyLog(client)).toMatchObject({ versionBreaks: [], differences: [] });
    await client.end();
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

  it('count what vendors have, though writes go on', async () => {
    const before = MIGRATIONS.indexOf(VendorStock1790001200000);
    const miscounted = (dataSource: DataSource) => dataSource.query<unknown[]>(MISCOUNTS);
    await migrated(before, async (dataSource) => {
      await dataSource.query(`
        INSERT INTO vendors (id, name, names, languages, search, version, created_at, updated_at)
        VALUES ('vnd', 'Trader', '{}', '{}', '', 1, now(), now())`);
      await insertProducts(dataSource, ['chilli', 'spices'], ['chilli', 'vegetables'], ['onion', 'vegetables']);
    });
    await migrated(before + 1, async (dataSource) => {
      await insertProducts(dataSource, ['clove', 'spices'], ['mango', 'fruits']);
      await dataSource.query(`UPDATE products SET availability = 'limited' WHERE category <> 'fruits'`);
      await dataSource.query(`DELETE FROM products WHERE search = 'onion'`);
      expect(await miscounted(dataSource)).not.toEqual([]);
    });
    await migrated(MIGRATIONS.length, async (dataSource) => {
      expect(await miscounted(dataSource)).toEqual([]);
      await dataSource.query(FOLD.text);
      await insertProducts(dataSource, ['pepper', 'spices']);
      // As an instance of the version before does, which doesn't count itself.
      await dataSource.query(`UPDATE products SET counted_version = version`);
      await dataSource.query(`UPDATE products SET availability = 'out_of_stock', version = version + 1`);
      expect(await miscounted(dataSource)).toEqual([]);
    });
  });
});

const AT = '2026-02-03T04:05:06.007Z';

async function insertVendorAsBefore(dataSource: DataSource, id: string): Promise<void> {
  await dataSource.query(
    `WITH inserted AS (
       INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, created_at, updated_at)
       SELECT $1, 'A', '{}', null, null, null, '{}', array_to_tsvector('{}'::text[]), 1, $2::timestamptz, $2::timestamptz
       ON CONFLICT (id) DO NOTHING
       RETURNING id
     ), noted AS (
       INSERT INTO vendor_changes (kind, scopes) SELECT 'created', '{x}'::text[] FROM inserted LIMIT 1
     )
     SELECT id FROM inserted`,
    [id, AT],
  );
}

async function updateVendorAsBefore(
  dataSource: DataSource,
  id: string,
  version: number,
  fields: object,
): Promise<void> {
  await dataSource.query(
    `WITH updated AS (
       UPDATE vendors v SET name = r.name, names = r.names, languages = r.languages, version = $3, updated_at = $4
       FROM jsonb_to_record($2::jsonb) AS r (name text, names jsonb, languages text[])
       WHERE v.id = $1 AND v.version = $3 - 1
       RETURNING v.id
     ), noted AS (
       INSERT INTO vendor_changes (kind, scopes) SELECT 'updated', '{x}'::text[] FROM updated
     )
     SELECT id FROM updated`,
    [id, JSON.stringify(fields), version, AT],
  );
}

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
