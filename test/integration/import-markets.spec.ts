import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AliasCandidates } from '../../src/contracts/index.js';
import { ImportMarkets } from '../../src/inventory/imports/market-identity/import-markets.js';
import { vendorIdOf } from '../../src/inventory/imports/market-identity/market-id.js';
import type { MarketNames } from '../../src/inventory/imports/market-identity/market-key.js';
import { MarketVendors } from '../../src/inventory/imports/market-identity/market-vendors.js';
import { VendorAliases } from '../../src/inventory/imports/market-identity/vendor-aliases.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';

describe('the markets of an import', () => {
  let app: TestApp;
  let vendors: MarketVendors;

  beforeAll(async () => {
    app = await startApp();
    vendors = app.app.get(MarketVendors);
  });
  afterAll(() => app.close());

  async function* inBatches<Row>(rows: readonly Row[], size = rows.length): AsyncGenerator<Row[]> {
    for (let at = 0; at < rows.length; at += size) yield await Promise.resolve(rows.slice(at, at + size));
  }
  async function locate<Row extends MarketNames>(rows: readonly Row[], size?: number) {
    const candidates: AliasCandidates[] = [];
    const located: (Row & { vendorId: string })[] = [];
    for await (const some of new ImportMarkets(vendors, candidates).locate(inBatches(rows, size))) {
      located.push(...some);
    }
    return { located, candidates };
  }
  /** A vendor as an import makes it, with its key. */
  async function made(names: MarketNames): Promise<string> {
    const { id } = await createVendor(app, { ...names, id: vendorIdOf(names), name: names.market });
    await vendors.keep([{ ...names, vendorId: id }]);
    return id;
  }

  it('are those of the rows, of all of them and each once, though more than are remembered', async () => {
    const markets = Array.from({ length: 25_000 }, (_none, index) => ({
      ...{ state: 'Goa', district: `District ${index % 7}`, market: `Market ${index}` },
      line: index + 1,
    }));
    const again = markets
      .slice(0, 3_000)
      .map((row) => ({ ...row, market: `APMC ${row.market}`, line: row.line + 1e6 }));
    const rows = [...markets, ...again, ...markets.map((row) => ({ ...row, line: row.line + 2e6 }))];
    const { located, candidates } = await locate(rows, 500);
    expect(located.map(({ line }) => line).sort((one, other) => one - other)).toEqual(rows.map(({ line }) => line));
    const wrong = located.filter(({ vendorId, ...row }) => vendorId !== vendorIdOf(row));
    expect({ wrong, candidates }).toEqual({ wrong: [], candidates: [] });
  });

  it('that have no district are none of those that have one, but for an alias', async () => {
    const adoni = { state: 'Andhra Pradesh', district: 'Kurnool', market: 'Adoni' };
    const enam = { state: 'ANDHRA PRADESH', district: '', market: 'ADONI' };
    const id = await made(adoni);
    const { located, candidates } = await locate([{ ...enam }]);
    expect(located.map(({ vendorId }) => vendorId)).toEqual([vendorIdOf(enam)]);
    const { district, market } = adoni;
    expect(candidates).toEqual([
      { state: enam.state, district: '', market: enam.market, candidates: [{ vendorId: id, district, market }] },
    ]);
    await app.app.get(VendorAliases).add(id, { state: 'Andhra Pradesh', market: 'Adoni' });
    const later = await locate([{ ...enam }, { ...adoni }]);
    expect(later.located.map(({ vendorId }) => vendorId)).toEqual([id, id]);
  });
});
