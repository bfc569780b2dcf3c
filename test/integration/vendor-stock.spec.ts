import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { FOLD, FREE_FOLDED } from '../../src/inventory/vendors/stock/vendor-stock.sql.js';
import { VendorStockFolder } from '../../src/inventory/vendors/stock/vendor-stock-folder.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import type { Availability } from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/index.js';
import { priceStockValues, UPDATE_PRICE_STOCK } from '../../src/inventory/products/write/update-price-stock.sql.js';
import type { TestDatabase } from '../support/test-database.js';
import { MISCOUNTS } from '../../src/cli/verify-log.js';
import { withClient } from '../support/with-client.js';

const INSERT = `
  INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability, search,
                        version, created_at, updated_at)
  SELECT gen_random_uuid(), 'v' || (i % 3), gen_random_uuid(), 'okra', '{}', 'c' || (i % 2), 'kg', 1, 'INR',
         (ARRAY['available', 'limited', 'out_of_stock'])[1 + i % 3], '', 1, now(), now()
  FROM generate_series(1, 20) i`;
const VENDORS = `
  INSERT INTO vendors (id, name, names, languages, search, version, created_at, updated_at)
  SELECT 'v' || i, 'v', '{}', '{}', '', 1, now(), now() FROM generate_series(0, 2) i`;

/** Whatever changes products, triggers count it. */
const STATEMENTS = [
  INSERT,
  `UPDATE products SET availability = 'limited' WHERE vendor_id = 'v1'`,
  `UPDATE products SET category = 'c2' WHERE availability = 'limited'`,
  `UPDATE products SET vendor_id = 'v2' WHERE vendor_id = 'v0'`,
  `UPDATE products SET vendor_id = 'v0', category = 'c3', availability = 'available' WHERE category = 'c1'`,
  `UPDATE products SET base_price = base_price + 1, availability = availability`,
  `DELETE FROM products WHERE category = 'c2'`,
  `WITH gone AS (DELETE FROM products WHERE vendor_id = 'v2'), changed AS (
     UPDATE products SET availability = 'out_of_stock' WHERE vendor_id = 'v0') ${INSERT}`,
  `DELETE FROM products`,
  INSERT,
  `TRUNCATE products`,
  INSERT,
];

describe('the counts of what vendors have', () => {
  describe('by any statement', () => {
    let database: TestDatabase;
    let client: pg.Client;
    beforeAll(async () => {
      database = await testDatabase();
      client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(VENDORS);
    });
    afterAll(async () => {
      await client.end();
      await database.drop();
    });
    const wrong = async (): Promise<object[]> => (await client.query<object>(MISCOUNTS)).rows;

    it.each(['never', 'now and then', 'at once'])('are right, folded %s', async (when) => {
      await client.query('TRUNCATE products');
      for (const [index, statement] of STATEMENTS.entries()) {
        await client.query(statement);
        if (when === 'at once' || (when === 'now and then' && index % 3 === 0)) await client.query(FOLD.text);
        expect(await wrong()).toEqual([]);
      }
      await client.query('BEGIN');
      await client.query('DELETE FROM products');
      await client.query(FOLD.text);
      await client.query('ROLLBACK');
      expect(await wrong()).toEqual([]);
      await client.query(FREE_FOLDED);
    });

    it('are no different after a change of price, which leaves no trace', async () => {
      await client.query(INSERT);
      await client.query(FOLD.text);
      await client.query(`UPDATE products SET base_price = base_price + 1, availability = availability, version = 2`);
      expect((await client.query('SELECT FROM vendor_stock_changes')).rowCount).toBe(0);
    });

    it('are right after changes that count themselves, and whatever others do to the same rows', async () => {
      await client.query('TRUNCATE products');
      await client.query(INSERT);
      await client.query(FOLD.text);
      await setAvailability('out_of_stock');
      // One for each vendor and category, and none for what was out of stock.
      expect((await client.query('SELECT FROM vendor_stock_changes')).rowCount).toBe(4);
      expect(await wrong()).toEqual([]);
      await setAvailability('available');
      const statements = [
        // By hand, with the version and without; as an instance of before; and once more by the statement itself.
        `UPDATE products SET availability = 'limited' WHERE category = 'c0'`,
        `UPDATE products SET availability = 'limited', version = version + 1 WHERE category = 'c1'`,
        `UPDATE products SET availability = 'out_of_stock', version = version + 1`,
      ];
      for (const statement of statements) {
        await client.query(statement);
        expect(await wrong()).toEqual([]);
        await setAvailability('available');
        expect(await wrong()).toEqual([]);
      }
    });

    async function setAvailability(availability: Availability): Promise<void> {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM products');
      const origin = { actor: { kind: 'library', id: 'test' }, cause: {}, correlationId: newEventId() } as const;
      const changes = rows.map(({ id }, index) => {
        const command = { kind: 'update', id, updates: { availability } } as const;
        const eventIds = { availability_changed: newEventId() };
        return { index, write: { command, origin }, id, expectedVersion: undefined, eventIds };
      });
      const moment = { occurredAt: new Date().toISOString(), region: 'local', marketDay: '2026-02-03' };
      await client.query(UPDATE_PRICE_STOCK.text, priceStockValues(changes, moment));
    }
  });

  describe('while an application runs', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startApp();
    });
    afterAll(() => app.close());

    it('are right at every moment, and folded', async () => {
      const vendors = await Promise.all([createVendor(app), createVendor(app)]);
      const products = await Promise.all(
        vendors.flatMap(({ id }) => [1, 2, 3].map(() => createProduct(app, { vendorId: id }))),
      );
      let writing = true;
      const folder = app.app.get(VendorStockFolder);
      const folding = async (): Promise<void> => {
        while (writing) await folder.fold();
      };
      const reading = withClient(app.database.url, async (client) => {
        const seen: unknown[] = [];
        while (writing) seen.push(...(await client.query<object>(MISCOUNTS)).rows);
        return seen;
      });
      const write = async (index: number): Promise<void> => {
        const availability = ['available', 'limited', 'out_of_stock'];
        for (let time = 0; time < 40; time += 1) {
          const { id } = products[index]!;
          await app.request('PATCH', `/api/products/${id}`, {
            availability: availability[time % 3],
            basePrice: time + 1,
          });
          if (time % 10 === 0) await createProduct(app, { vendorId: vendors[index % 2]!.id, category: `c${time}` });
        }
        await app.request('DELETE', `/api/products/${products[index]!.id}`);
      };
      const folds = [folding(), folding()];
      await Promise.all(products.map((_product, index) => write(index)));
      writing = false;
      await Promise.all(folds);
      expect(await reading).toEqual([]);
      await waitFor(
        () =>
          withClient(
            app.database.url,
            async (client) => (await client.query('TABLE vendor_stock_changes')).rowCount === 0,
          ),
        { what: 'the counts to be folded' },
      );
    });
  });
});
