import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExceptionMessage, Product, Vendor } from '../../../src/contracts/index.js';
import { vendorIdOf } from '../../../src/inventory/imports/market-identity/market-id.js';
import { HEADER, importCsv } from '../../support/agmarknet.js';
import { startApp, type TestApp } from '../../support/app.js';
import { SQL_TEXTS } from '../../support/attacks/texts.js';
import { createProduct } from '../../support/builders.js';
import { storedDigest, walk } from '../../support/reading.js';

const COLUMNS = HEADER.split(',');
const SOUND: Record<string, string> = {
  State: 'Delhi',
  District: 'North Delhi',
  Market: 'Azadpur',
  Commodity: 'Onion',
  Variety: 'Red',
  Grade: 'FAQ',
  Arrival_Date: '01/02/2026',
  'Min Price': '1',
  'Max Price': '9',
  'Modal Price': '5',
};
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const lineOf = (row: Record<string, string>): string => COLUMNS.map((column) => quoted(row[column]!)).join(',');

/** Text is data in price files and socket requests, too. */
describe('SQL injection', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  /** What a market offers, as a search serves it. */
  const idOf = (row: Record<string, string>): string =>
    vendorIdOf({ state: row.State!, district: row.District!, market: row.Market! });
  const shownOf = async (row: Record<string, string>): Promise<{ vendor: Vendor; products: Product[] }> => {
    const vendorId = idOf(row);
    const { body: vendor } = await app.request<Vendor>('GET', `/api/vendors/${vendorId}`);
    return { vendor, products: await walk<Product>(app, `/api/products/search?limit=100&vendorId=${vendorId}`) };
  };

  it.each(COLUMNS)('in a price file: %s', async (column) => {
    const market = `Market of ${column}`;
    const rows = SQL_TEXTS.map((text) => ({ ...SOUND, Market: market, [column]: text }));
    const { status, body } = await importCsv(app, [HEADER, ...rows.map(lineOf)].join('\n'));
    // A date or a price is none of these texts, so no row is left.
    const isRead = column === 'Arrival_Date' || column === 'Modal Price';
    expect({ status, rows: body.rows }).toEqual({ status: isRead ? 422 : 200, rows: rows.length });
    const refused = new Set(body.rejections.map(({ line }) => line));
    // What is taken is taken without the control characters at a cell's edges.
    const usable = rows
      .filter((_row, index) => !refused.has(index + 2))
      .map((row) => ({ ...row, [column]: row[column]!.replace(/^\0+/, '') }));
    if (isRead) {
      expect(usable).toEqual([]);
      return;
    }
    // Columns that nobody reads may hold anything; in the others control characters can't be stored within a text.
    const unread = column === 'Min Price' || column === 'Max Price';
    expect(usable).toHaveLength(unread ? rows.length : SQL_TEXTS.filter((text) => !text.includes('\0', 1)).length);
    for (const row of usable) {
      const { vendor, products } = await shownOf(row);
      // Some of the texts differ in nothing but punctuation at their ends, so they name one market: as the first one
      // does.
      const { State: state, District: district, Market: name } = usable.find((other) => idOf(other) === idOf(row))!;
      expect(vendor).toMatchObject({ state, district, market: name, name });
      const sku = [row.Commodity, row.Variety, row.Grade].join('|');
      expect(products).toContainEqual(expect.objectContaining({ sku, name: row.Commodity }));
    }
  });

  it('in the header of a price file', async () => {
    for (const text of SQL_TEXTS) {
      const extra = await importCsv(app, `${HEADER},${quoted(text)}\n${lineOf({ ...SOUND, Market: 'Extra' })},x\n`);
      expect({ text, status: extra.status, known: [200, 400].includes(extra.status) }).toMatchObject({ known: true });
      const instead = await importCsv(app, `${quoted(text)}\n${lineOf(SOUND)}\n`);
      expect({ text, status: instead.status }).toEqual({ text, status: 400 });
    }
  });

  it.each(['subscribe_inventory', 'unsubscribe_inventory'])('in requests of sockets: %s', async (request) => {
    await createProduct(app);
    const before = await storedDigest(app);
    const since = { epoch: '01955509-7c00-7b3e-8d4a-000000000000', position: 0 };
    for (const hostile of [
      (text: string) => ({ type: text }),
      (text: string) => ({ type: 'vendor', vendorId: text }),
      (text: string) => ({ type: 'category', category: text }),
      (text: string) => ({ type: 'general', since: { ...since, epoch: text } }),
      (text: string) => ({ type: 'general', since: { ...since, position: text } }),
      (text: string) => ({ type: 'general', [text]: text }),
    ]) {
      const socket = await app.connect();
      for (const text of SQL_TEXTS) {
        const answer = (await socket.emitWithAck(request, hostile(text))) as ExceptionMessage;
        expect({ text, ...answer }).toMatchObject({ text, status: 'error', code: 'validation_failed' });
      }
      socket.disconnect();
    }
    expect(await storedDigest(app)).toBe(before);
  });
});
