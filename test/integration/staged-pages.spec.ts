import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Vendor } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { reportOf } from '../../src/inventory/imports/agmarknet-catalogue.js';
import { ImportStaging, type NewRow } from '../../src/inventory/imports/import-staging.js';
import { vendorIdOf } from '../../src/inventory/imports/market-identity/market-id.js';
import type { PriceReport } from '../../src/inventory/imports/price-report.js';
import { ProductWriter } from '../../src/inventory/products/write/product-writer.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { priceReport } from '../support/price-files.js';

let app: TestApp;
let vendor: Vendor;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  vendor = await createVendor(app);
});
afterAll(() => app.close());

describe('pages of a staged file', () => {
  const PRODUCTS = ['Onion', 'Potato', 'Tomato', 'Wheat', 'Rice', 'Mustard'];
  const located = (report: Partial<PriceReport>): NewRow => {
    const row = priceReport(report);
    return { ...row, vendorId: vendorIdOf(row) };
  };
  const row = (line: number, commodity: string, modal: number): NewRow =>
    located({ line, market: vendor.name, commodity, variety: '', grade: '', modal });
  const skuOf = (commodity: string) => `${commodity}||`;

  const report = (commodity: string, modal: number) => {
    const reported = row(1, commodity, modal);
    return app.app.get(ProductWriter).write([reportOf(reported, { ...reported, sku: skuOf(commodity) }, 'agmarknet')]);
  };
  /** Products at 100 each, reported of the day that all rows are of, but for the last one, which isn't there. */
  const stock = async (): Promise<void> => {
    await createVendor(app, { id: vendorIdOf(priceReport({ market: vendor.name })) });
    for (const commodity of PRODUCTS.slice(0, -1)) await report(commodity, 100);
  };
  async function* all(rows: NewRow[]) {
    yield await Promise.resolve(rows);
  }
  const pagesOf = (rows: NewRow[], size: number) =>
    app.app.get(SqlClient).withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      await staging.fill(all(rows));
      const pages: { lines: number[]; unchanged: number; end: number; known: boolean[] }[] = [];
      for await (const { rows: open, unchanged, end } of staging.pages(size)) {
        const [lines, known] = [open.map(({ line }) => line), open.map(({ known }) => known)];
        pages.push({ lines, unchanged, end: end.line, known });
      }
      await staging.drop();
      return pages;
    });

  it('bring only rows that have something to do', async () => {
    await stock();
    const prices = [100, 101, 100, 100, 100, 100];
    const rows = PRODUCTS.map((commodity, index) => row(index + 1, commodity, prices[index]!));
    // The product that isn't there must not hide those that have their price.
    expect(await pagesOf(rows, 10)).toEqual([{ lines: [2, 6], unchanged: 4, end: 6, known: [true, false] }]);
  });

  it('bring all rows of a product that one of them changes, there and back', async () => {
    await stock();
    const rows = [row(1, 'Onion', 150), row(2, 'Potato', 100), row(3, 'Onion', 100), row(4, 'Tomato', 100)];
    expect(await pagesOf(rows, 10)).toMatchObject([{ lines: [1, 3], unchanged: 2 }]);
    // Over pages, of which two may be under way when the next one is read.
    const spread = [rows[0]!, row(2, 'Potato', 100), row(3, 'Onion', 100), row(4, 'Onion', 100), row(5, 'Onion', 100)];
    expect(await pagesOf(spread, 1)).toMatchObject([
      { lines: [1], unchanged: 0 },
      { lines: [], unchanged: 1 },
      { lines: [3], unchanged: 0 },
      { lines: [4], unchanged: 0 },
      { lines: [5], unchanged: 0 },
    ]);
  });

  it('bring rows of a product that a row under way may change, though that row did not see it', async () => {
    await stock();
    const rows = [100, 200, 100].map((price, index) => row(index + 1, 'Mustard', price));
    const brought: number[][] = [];
    await app.app.get(SqlClient).withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      await staging.fill(all(rows));
      for await (const page of staging.pages(1)) {
        brought.push(page.rows.map(({ line }) => line));
        const [{ line } = { line: 0 }] = page.rows;
        // The second page is being read; the second row never takes effect.
        if (line === 1) await page.follow(report('Mustard', 100));
      }
      await staging.drop();
    });
    expect(brought).toEqual([[1], [2], [3]]);
  });

  it('end where they end, with nothing to do as well', async () => {
    await stock();
    const rows = Array.from({ length: 7 }, (_none, index) => row(index + 1, 'Wheat', 100));
    expect(await pagesOf(rows, 3)).toEqual([
      { lines: [], unchanged: 3, end: 3, known: [] },
      { lines: [], unchanged: 3, end: 6, known: [] },
      { lines: [], unchanged: 1, end: 7, known: [] },
    ]);
    expect(await pagesOf([], 3)).toEqual([]);
  });

  it('bring all that a report says, as it was', async () => {
    const reports = [
      priceReport({ line: 1, commodity: 'Back\\slash \\N', min: 5.5, max: 99.99, modal: 9_999_999_999.99 }),
      priceReport({ line: 2, commodity: 'Til', min: null, max: null, flags: ['contradictory', 'rounded'] }),
      priceReport({ line: 3, commodity: 'Fig', arrivals: { quantity: 1535.5, unit: 'tonne', kg: 1_535_500 } }),
      priceReport({
        line: 4,
        commodity: 'Fig',
        arrivals: { quantity: 4, unit: 'Bags \\N, "x"', kg: null },
        unit: 'kg',
      }),
      priceReport({ line: 5, commodity: 'அரிசி', district: '', day: '2026-02-03', flags: ['rounded'] }),
    ];
    const brought: PriceReport[] = [];
    await app.app.get(SqlClient).withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      await staging.fill(all(reports.map(located)));
      for await (const page of staging.pages(10)) {
        brought.push(...page.rows.map(({ vendorId: _vendorId, sku: _sku, known: _known, ...report }) => report));
      }
      await staging.drop();
    });
    expect(brought).toEqual(reports);
  });
});
