import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportSummary } from '../../src/contracts/index.js';
import { ImportPageSizes } from '../../src/inventory/imports/import-page-sizes.js';
import { HEADER, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { randomOf } from '../support/interleaving.js';
import { randomRows } from '../support/price-files.js';
import { storedDigest } from '../support/reading.js';

/** Of this run; write it in its place to have the same files again. */
const SEED = Date.now() % 1_000_000;
const FILES = 25;
const PATH = '/api/imports/agmarknet';

/**
 * Files of few markets, products and prices, one after the other into the same database: a dry run of each says what
 * its import then does, and does nothing of it.
 */
describe(`dry runs (seed ${SEED})`, () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  function randomFile(random: (below: number) => number): string {
    const lines = randomRows(random).map(({ commodity, day, price }) => {
      const market = `Market ${random(3)}`;
      const odd = random(20);
      if (odd === 0) return priceLine({ market, commodity, price: 'NR' });
      if (odd === 1) return priceLine({ market, commodity, date: '31/02/2026' });
      return priceLine({ market, commodity, price: price + (odd === 2 ? 0.005 : 0), date: `0${day}/02/2026` });
    });
    return [HEADER, ...lines].join('\n');
  }

  const send = async (csv: string, query: string, key?: string): Promise<ImportSummary> => {
    const headers = { 'content-type': 'text/csv', ...(key !== undefined && { 'idempotency-key': key }) };
    const { status, body } = await app.request<ImportSummary>('POST', `${PATH}${query}`, csv, headers);
    expect(status).toBe(200);
    return body;
  };
  const withoutId = ({ importId: _importId, ...summary }: ImportSummary) => summary;

  it('say what imports do, and do nothing', async () => {
    for (let file = 0; file < FILES; file += 1) {
      const random = randomOf(SEED + file);
      const csv = randomFile(random);
      const before = await storedDigest(app);
      // Rows of a product are on several pages, which must make no difference.
      Object.assign(app.app.get(ImportPageSizes), { unkeyed: 1 + random(7) });
      const said = await send(csv, '?dryRun=true', random(2) === 0 ? 'a-key-that-is-no-use' : undefined);
      expect(await storedDigest(app)).toBe(before);
      Object.assign(app.app.get(ImportPageSizes), { unkeyed: 1_000 });
      expect(withoutId(said)).toEqual(withoutId(await send(csv, '?dryRun=false')));
    }
  });
});
