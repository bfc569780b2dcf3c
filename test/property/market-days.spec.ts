import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { HEADER, importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { randomOf } from '../support/interleaving.js';

/** Of this run; write it in its place to have the same reports again. */
const SEED = Date.now() % 1_000_000;
const RUNS = 12;
const COMMODITIES = ['Onion', 'Potato', 'Tomato'];
const PRICES = [100, 200, 250, 1_300];

interface Report {
  commodity: string;
  day: number;
  modal: number;
}

type Random = (below: number) => number;

/** One report of a product and day at most: two that contradict each other have no order of their own. */
function reportsOf(random: Random): Report[] {
  const reports: Report[] = [];
  for (const commodity of COMMODITIES) {
    for (let day = 1; day <= 9; day += 1) {
      if (random(3) > 0) reports.push({ commodity, day, modal: PRICES[random(PRICES.length)]! });
    }
  }
  return reports;
}

/** All reports in any order, some of them several times, in some files. */
function filesOf(reports: readonly Report[], random: Random): Report[][] {
  const rows = [...reports, ...reports.filter(() => random(2) === 0)];
  for (let last = rows.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    [rows[last], rows[other]] = [rows[other]!, rows[last]!];
  }
  const files: Report[][] = Array.from({ length: 1 + random(4) }, () => []);
  for (const row of rows) files[random(files.length)]!.push(row);
  return files.filter((file) => file.length > 0);
}

describe(`the same price reports (seed ${SEED})`, () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  async function send(market: string, files: readonly Report[][]): Promise<void> {
    for (const file of files) {
      const lines = file.map(
        ({ commodity, day, modal }) =>
          `Delhi,North Delhi,${market},${commodity},Red,FAQ,0${day}/02/2026,50,9000,${modal}`,
      );
      const { status } = await importCsv(app, [HEADER, ...lines].join('\n'));
      expect(status).toBe(200);
    }
  }

  async function stateOf(market: string) {
    const database = app.app.get(DataSource);
    const products = await database.query<object[]>(
      `SELECT p.name, p.base_price, p.min_price, p.max_price, p.priced_on::text, p.unit, p.comparable_price
       FROM products p JOIN vendors v ON v.id = p.vendor_id WHERE v.name = $1 ORDER BY p.sku`,
      [market],
    );
    const prices = await database.query<object[]>(
      `SELECT DISTINCT ON (p.sku, m.day) p.name, m.day::text, m.min, m.max, m.modal, m.unit, m.flags
       FROM market_prices m JOIN products p ON p.id = m.product_id JOIN vendors v ON v.id = p.vendor_id
       WHERE v.name = $1 ORDER BY p.sku, m.day, m.revision DESC`,
      [market],
    );
    return { products, prices };
  }

  async function expectTrueEvents(market: string): Promise<void> {
    const events = await app.app.get(DataSource).query<Pick<InventoryEvent, 'eventType' | 'product' | 'productId'>[]>(
      `SELECT e.event_type AS "eventType", e.product, e.product_id AS "productId"
       FROM inventory_events e JOIN vendors v ON v.id = e.vendor_id
       WHERE v.name = $1 AND e.product IS NOT NULL ORDER BY e.seq`,
      [market],
    );
    const shown = new Map<string, Product>();
    for (const { eventType, product } of events) {
      const before = shown.get(product!.id);
      expect(['product_created', 'price_changed']).toContain(eventType);
      if (before) {
        expect(product!.basePrice).not.toBe(before.basePrice);
        expect(product!.pricedOn >= before.pricedOn).toBe(true);
      }
      shown.set(product!.id, product!);
    }
  }

  it('in any order, any number of times, in any files, leave the same products and prices, and tell no false change', async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const random = randomOf(SEED + run);
      const reports = reportsOf(random);
      const [one, other] = [`Market ${run} A`, `Market ${run} B`];
      await send(one, [reports]);
      await send(other, filesOf(reports, random));
      expect(await stateOf(other)).toEqual(await stateOf(one));
      await expectTrueEvents(other);
      const count = () => app.app.get(DataSource).query<object[]>('SELECT count(*) FROM inventory_events');
      const before = await count();
      await send(other, filesOf(reports, random));
      expect(await count()).toEqual(before);
    }
  });
});
