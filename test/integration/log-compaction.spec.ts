import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { compactTable } from '../../src/log-archive/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import type { TestDatabase } from '../support/test-database.js';

/** Events of the past, and of these the newest that stay in the table. */
const EVENTS = 20_000;
const STAYING = 2_000;

/** Of one product, some with more text than fits into a row. */
const PAST = `
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                product, correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), head.position + i, e.event_type, e.product_id, e.vendor_id, e.category, 1 + i, e.changes,
         CASE WHEN i % 50 > 0 THEN e.product
              ELSE jsonb_set(e.product::jsonb, '{description}', to_jsonb(long.text))::json END,
         e.correlation_id, e.region, e.occurred_at
  FROM generate_series(1, $1::int) AS i
  CROSS JOIN (SELECT max(position) AS position FROM inventory_events) head
  CROSS JOIN (SELECT string_agg(md5(n::text), ' ') AS text FROM generate_series(1, 300) AS n) long
  CROSS JOIN (SELECT * FROM inventory_events WHERE product_id IS NOT NULL ORDER BY position LIMIT 1) e
  ORDER BY i`;

const BYTES = `SELECT pg_total_relation_size($1::regclass)::float8 AS bytes`;
/** Of a range of positions, which rows there are. */
const ALL = `SELECT md5(string_agg(e::text, ',' ORDER BY position)) AS rows FROM inventory_events e WHERE position <= $1`;

const UNFINISHED = 'SELECT count(*)::int FROM pg_index WHERE NOT indisvalid';

describe('a table that most events have left', () => {
  let database: TestDatabase;
  let app: TestApp;
  let client: pg.Client;
  let product: Product;
  let head: number;

  const one = async <Value>(text: string, values: unknown[] = []): Promise<Value> => {
    const { rows } = await client.query<Record<string, Value>>(text, values);
    return Object.values(rows[0]!)[0]!;
  };
  const sizeOf = (table: string) => one<number>(BYTES, [table]);

  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    app = await startApp({ database });
    product = await createProduct(app);
    await app.close();
    await client.query(PAST, [EVENTS]);
    head = Number(await one('SELECT max(position) FROM inventory_events'));
    const gone = 'DELETE FROM inventory_events WHERE position <= $1 AND product_id IS NOT NULL';
    await client.query(gone, [head - STAYING]);
    app = await startApp({ database });
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await app.close();
    await database.drop();
  });

  it('is made as small as one of those that stay, while events are appended and read', async () => {
    await client.query('VACUUM inventory_events');
    const [size, rows] = [await sizeOf('inventory_events'), await one(ALL, [head])];
    const fresh = await createProduct(app);
    let isOver = false;
    const writing = async (): Promise<number> => {
      let version = 1;
      while (!isOver) {
        const { status } = await app.request('PATCH', `/api/products/${fresh.id}`, { basePrice: 10 + version });
        expect(status).toBe(200);
        version += 1;
      }
      return version;
    };
    const reading = async (): Promise<void> => {
      while (!isOver) {
        const after = head - STAYING + Math.floor(Math.random() * (STAYING - 50));
        const path = `/api/events?after=${after}&limit=50`;
        const { body } = await app.request<{ events: InventoryEvent[] }>('GET', path);
        const positions = body.events.map(({ position }) => position);
        expect(positions).toEqual(Array.from({ length: 50 }, (_none, index) => after + 1 + index));
      }
    };
    const work = [writing(), reading()] as const;
    const compaction = await compactTable(client).finally(() => (isOver = true));
    const [version] = await Promise.all(work);
    expect(compaction.before).toBeGreaterThan(0.9 * size);
    expect(compaction.moved).toBeGreaterThanOrEqual(STAYING * 0.9);
    await client.query('CREATE TABLE fresh_events (LIKE inventory_events INCLUDING ALL)');
    await client.query('INSERT INTO fresh_events SELECT * FROM inventory_events ORDER BY seq');
    const least = await sizeOf('fresh_events');
    expect(size / least).toBeGreaterThan(5);
    expect((await sizeOf('inventory_events')) / least).toBeLessThan(1.5);
    expect(compaction.after / least).toBeLessThan(1.5);
    // Byte for byte what it was, and nothing of what was written is missing.
    expect(await one(ALL, [head])).toBe(rows);
    const written =
      'SELECT count(*)::int AS events FROM inventory_events WHERE product_id = $1 AND position IS NOT NULL';
    expect(await one(written, [fresh.id])).toBe(version);
    expect(await one(written, [product.id])).toBe(STAYING);
  }, 60_000);

  it('is left as it is when there is nothing to be gained', async () => {
    const size = await sizeOf('inventory_events');
    const { moved } = await compactTable(client);
    expect(moved).toBeLessThan(STAYING / 4);
    expect(await sizeOf('inventory_events')).toBeLessThan(1.1 * size);
    expect(await one(UNFINISHED)).toBe(0);
  }, 30_000);

  it('drops the indexes that a run which was cut off has not finished, also of long texts', async () => {
    const [reader, cutOff] = [new pg.Client(database.url), new pg.Client(database.url)];
    await Promise.all([reader.connect(), cutOff.connect()]);
    try {
      // New indexes wait for those who read from before.
      await reader.query('BEGIN');
      await reader.query('SELECT FROM inventory_events LIMIT 1');
      const { processID } = cutOff as unknown as { processID: number };
      const running = cutOff
        .query('REINDEX TABLE CONCURRENTLY inventory_events')
        .catch((error: Error) => error.message);
      await waitFor(async () => (await one<number>(UNFINISHED)) >= 4, { what: 'indexes that are not finished' });
      await client.query('SELECT pg_cancel_backend($1)', [processID]);
      expect(await running).toMatch(/cancel/);
      expect(await one(`${UNFINISHED} AND indrelid::regclass::text LIKE 'pg_toast.%'`)).toBe(1);
      await reader.query('COMMIT');
      expect((await compactTable(client)).left).toEqual([]);
      expect(await one(UNFINISHED)).toBe(0);
    } finally {
      await Promise.all([reader.end(), cutOff.end()]);
    }
  }, 30_000);

  it('names those that only a superuser may drop', async () => {
    await client.query(`CREATE INDEX of_texts_ccnew ON inventory_events (event_id)`);
    await client.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'of_texts_ccnew'::regclass`);
    const asOther = new Proxy(client, {
      get: (target, name) =>
        name === 'query'
          ? (text: string, values?: unknown[]) =>
              text.startsWith('DROP INDEX')
                ? Promise.reject(Object.assign(new Error('permission denied for schema pg_toast'), { code: '42501' }))
                : target.query(text, values)
          : (Reflect.get(target, name) as unknown),
    });
    expect((await compactTable(asOther)).left).toEqual(['public.of_texts_ccnew']);
    expect((await compactTable(client)).left).toEqual([]);
    expect(await one(UNFINISHED)).toBe(0);
  }, 30_000);
});
