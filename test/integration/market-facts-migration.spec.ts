import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { comparablePriceOf, UNITS } from '../../src/contracts/index.js';
import { MarketFacts1790000900000 } from '../../src/database/migrations/1790000900000-market-facts.js';
import { MarketFactsOfProducts1790001400000 } from '../../src/database/migrations/1790001400000-market-facts-of-products.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { waitFor } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const BEFORE = MIGRATIONS.indexOf(MarketFacts1790000900000);
const FILLING = MIGRATIONS.indexOf(MarketFactsOfProducts1790001400000);

/** Id, name, description and sku of products of the version before; the last two are vendors' own. */
const OLD = [
  ['plain', 'Bhindi(Ladies Finger)', null, 'Bhindi(Ladies Finger)||'],
  ['full', 'Onion', 'Variety: Local. Grade: FAQ', 'Onion|Local|FAQ'],
  ['renamed', 'Onion', 'Variety: Nasik Red. Grade: FAQ', 'my-onion'],
  ['odd', 'Wheat', 'Variety: 147. Average', 'Wheat|147. Average|'],
  ['graded', 'Rose(Local)', 'Grade: A', 'Rose(Local)||A'],
  ['unknown', 'Kakri (Long Melon)', 'Variety: Other', 'Kakri (Long Melon)|Other|'],
  ['own', 'Fresh peas', 'Grade: the best there is. Try it', 'peas'],
  ['hindi', 'प्याज', null, 'pyaz'],
] as const;

interface Facts {
  dimension: string | null;
  price: number | null;
  day: string | null;
  min: string | null;
  max: string | null;
}

/** A database of the version before, step by step, and statements as that version has them. */
describe('market facts', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrateTo(BEFORE);
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await dataSource.query(`
      INSERT INTO vendors VALUES ('vnd', 'Trader', '{}', null, null, null, '{}', '', 1, now(), now())`);
    await insert('locked', 'kg', 20);
    await insert('changed', 'kg', 20);
    await insert('dozens', 'dozen', 100, '2026-03-01T18:29:59Z');
    for (const [id, name, description, sku] of OLD) {
      await insert(id, 'quintal', 2_750);
      const texts = [id, name, description, sku];
      await dataSource.query('UPDATE products SET name = $2, description = $3, sku = $4 WHERE id = $1', texts);
    }
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function migrateTo(count: number): Promise<void> {
    const migrations = MIGRATIONS.slice(0, count);
    const migration = await new DataSource({ type: 'postgres', url: database.url, migrations }).initialize();
    await migration.runMigrations({ transaction: 'each' }).finally(() => migration.destroy());
  }

  const insert = (id: string, unit: string, price: number, at = '2026-03-01T20:00:00Z') =>
    dataSource.query(
      `INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability,
                             search, version, created_at, updated_at)
       VALUES ($1, 'vnd', $1, 'Onion', '{}', 'vegetables', $2, $3, 'INR', 'available', '', 1, $4, $4)`,
      [id, unit, price, at],
    );
  const facts = async (id: string): Promise<Facts> => {
    const [row] = await dataSource.query<Facts[]>(
      `SELECT dimension, comparable_price::float8 AS price, priced_on::text AS day, min_price AS min, max_price AS max
       FROM products WHERE id = $1`,
      [id],
    );
    return row!;
  };

  it('get their columns in a moment, and let others pass while a long query keeps them from the table', async () => {
    const reader = dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT FROM products');
    const done = migrateTo(BEFORE + 1);
    const waiting = `SELECT FROM pg_locks WHERE relation = 'products'::regclass AND NOT granted`;
    await waitFor(async () => (await dataSource.query<[]>(waiting)).length > 0, { what: 'the migration to wait' });
    await dataSource.query('SELECT FROM products');
    await reader.commitTransaction();
    await Promise.all([done, reader.release()]);
  });

  it('are filled in around rows that others change, and in those when they are done', async () => {
    await migrateTo(FILLING);
    await dataSource.query(`
      UPDATE products SET base_price = 30, description = 'Variety: Red. Grade: A', updated_at = '2026-04-01'
      WHERE id = 'changed'`);
    expect(await facts('changed')).toMatchObject({ day: null, price: null });
    const writer = dataSource.createQueryRunner();
    await writer.startTransaction();
    await writer.query(`UPDATE products SET availability = 'limited', updated_at = '2026-04-01' WHERE id = 'locked'`);
    const vacuum = dataSource.createQueryRunner();
    await vacuum.startTransaction();
    await vacuum.query('LOCK TABLE products IN SHARE UPDATE EXCLUSIVE MODE');
    const done = migrateTo(FILLING + 1);
    await waitFor(async () => (await facts('dozens')).day !== null, { what: 'the other rows' });
    expect(await facts('locked')).toMatchObject({ day: null, price: null });
    await writer.commitTransaction();
    // Behind a vacuum of the table it waits without standing in the way of others.
    const waiting = `SELECT mode FROM pg_locks WHERE relation = 'products'::regclass AND NOT granted`;
    const modes = async () => (await dataSource.query<{ mode: string }[]>(waiting)).map(({ mode }) => mode);
    await waitFor(async () => (await modes()).length > 0, { what: 'the migration to wait' });
    expect(await modes()).toEqual(['ShareUpdateExclusiveLock']);
    await vacuum.commitTransaction();
    await Promise.all([done, writer.release(), vacuum.release()]);
    await migrateTo(MIGRATIONS.length);
    expect(await facts('locked')).toEqual({ dimension: 'kg', price: 20, day: '2026-04-01', min: null, max: null });
    expect(await facts('changed')).toEqual({ dimension: 'kg', price: 30, day: '2026-04-01', min: null, max: null });
    const [changed] = await dataSource.query<unknown[]>(`SELECT variety FROM products WHERE id = 'changed'`);
    expect(changed).toEqual({ variety: 'Red' });
    expect(await facts('dozens')).toMatchObject({ dimension: 'piece', price: 8.333333, day: '2026-03-01' });
    expect(await facts('full')).toMatchObject({ dimension: 'kg', price: 27.5, day: '2026-03-02' });
  });

  it('are taken from descriptions that price files have made, and from names that the glossary knows', async () => {
    const rows = await dataSource.query<Record<string, string | null>[]>(
      `SELECT id, commodity, variety, grade, description FROM products WHERE id = ANY ($1)`,
      [OLD.map(([id]) => id)],
    );
    const filled = rows.map(({ id, ...texts }) => [id, Object.values(texts)]);
    expect(Object.fromEntries(filled)).toEqual({
      plain: ['okra', null, null, null],
      full: ['onion', 'Local', 'FAQ', null],
      renamed: ['onion', 'Nasik Red', 'FAQ', null],
      odd: ['wheat', '147. Average', null, null],
      graded: ['rose', null, 'A', null],
      unknown: ['kakri-long-melon', 'Other', null, null],
      own: [null, null, null, 'Grade: the best there is. Try it'],
      hindi: [null, null, null, null],
    });
  });

  it('are kept for instances of the version before', async () => {
    await insert('crate', 'quintal', 2_750);
    expect(await facts('crate')).toEqual({ dimension: 'kg', price: 27.5, day: '2026-03-02', min: null, max: null });
    await dataSource.query(`UPDATE products SET min_price = 1, max_price = 9, priced_on = '2026-01-01'`);
    await dataSource.query(`UPDATE products SET availability = 'limited', updated_at = '2026-04-01T00:00:00Z'`);
    expect(await facts('crate')).toMatchObject({ price: 27.5, day: '2026-01-01', min: '1.00' });
    await dataSource.query(`UPDATE products SET unit = 'dozen' WHERE id = 'crate'`);
    expect(await facts('crate')).toMatchObject({ dimension: 'piece', price: 229.166667, day: '2026-01-01' });
    await dataSource.query(`UPDATE products SET base_price = 12, updated_at = '2026-04-01T18:30:00Z'`);
    expect(await facts('crate')).toEqual({ dimension: 'piece', price: 1, day: '2026-04-02', min: null, max: null });
  });

  it('are left to statements that know of them', async () => {
    await insert('mine', 'kg', 27);
    await dataSource.query(
      `UPDATE products SET unit = 'quintal', base_price = 2700, priced_on = '2026-01-01', min_price = 2
       WHERE id = 'mine'`,
    );
    expect(await facts('mine')).toMatchObject({ dimension: 'kg', price: 27, day: '2026-01-01', min: '2.00' });
    await dataSource.query(`UPDATE products SET base_price = 2800, comparable_price = 5 WHERE id = 'mine'`);
    expect(await facts('mine')).toMatchObject({ price: 5, day: '2026-01-01' });
  });

  it('are those that the process makes of a price', async () => {
    const price = fc.integer({ min: 0, max: 999_999_999_999 }).map((paise) => paise / 100);
    const weight = fc.option(fc.integer({ min: 100, max: 999_999_999_999 }).map((milligrams) => milligrams / 1e6));
    const unit = fc.constantFrom(...Object.keys(UNITS), 'crate', 'bunch');
    const goods = fc.sample(fc.record({ basePrice: price, unitWeightKg: weight, unit }), 2_000);
    const rows = await dataSource.query<{ per: string; amount: string }[]>(
      `WITH made AS (
         INSERT INTO products (id, vendor_id, sku, name, names, category, unit, unit_weight_kg, base_price, currency,
                               availability, search, version, created_at, updated_at)
         SELECT 'good' || n, 'vnd', 'good' || n, 'Onion', '{}', 'vegetables', unit, weight, price, 'INR', 'available',
                '', 1, now(), now()
         FROM unnest($1::text[], $2::numeric[], $3::numeric[]) WITH ORDINALITY AS given (unit, weight, price, n)
         RETURNING dimension AS per, comparable_price AS amount)
       SELECT * FROM made`,
      [goods.map((good) => good.unit), goods.map((good) => good.unitWeightKg), goods.map((good) => good.basePrice)],
    );
    expect(rows.map(({ per, amount }) => ({ per, amount: Number(amount), currency: 'INR' }))).toEqual(
      goods.map((good) => comparablePriceOf({ ...good, currency: 'INR' })),
    );
  });
});
