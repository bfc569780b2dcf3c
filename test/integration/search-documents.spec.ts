import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { FoundProduct, Page, Product } from '../../src/contracts/index.js';
import { SearchDocumentRemaker } from '../../src/inventory/search/upkeep/search-document-remaker.js';
import { searchDocumentsVersion } from '../../src/inventory/text/search-documents-version.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';

/** As another version of the glossary or of the fold has left them. */
const OLD_DOCUMENT = `array_to_tsvector(ARRAY['gone', '~gon', '=gon'])`;

describe('search documents of another version', () => {
  let app: TestApp;
  let client: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client(app.database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const remake = (): Promise<void> => app.app.get(SearchDocumentRemaker).turn();
  const makeOld = async (): Promise<void> => {
    await client.query(`UPDATE products SET search = ${OLD_DOCUMENT}`);
    await client.query(`UPDATE vendors SET search = ${OLD_DOCUMENT}`);
    await client.query(`UPDATE search_documents SET version = 'another'`);
  };
  const versions = async (): Promise<string[]> =>
    (await client.query<{ version: string }>('SELECT version FROM search_documents')).rows.map(
      ({ version }) => version,
    );
  const idsOf = async (kind: 'products' | 'vendors', q: string): Promise<string[]> => {
    const path = `/api/${kind}/search?limit=100&exact=true&q=${encodeURIComponent(q)}`;
    const { body } = await app.request<Page<FoundProduct>>(
      'GET',
      path.replace(kind === 'vendors' ? 'exact=true&' : '', ''),
    );
    return body.items.map(({ id }) => id).sort();
  };

  it('are made anew, and what was cached before goes', async () => {
    const vendor = await createVendor(app, { name: 'Remade Traders' });
    const products = await Promise.all(
      Array.from({ length: 450 }, (_, i) =>
        createProduct(app, { vendorId: vendor.id, name: i % 3 ? 'Onion' : 'Cumin' }),
      ),
    );
    const ids = products.map(({ id }: Product) => id).sort();
    await makeOld();
    await app.request('DELETE', '/api/cache');
    expect(await idsOf('products', 'प्याज')).toEqual([]);
    expect((await idsOf('products', 'gone')).length).toBe(100);
    await remake();
    expect(await idsOf('products', 'gone')).toEqual([]);
    const onions = products.filter(({ name }: Product) => name === 'Onion').map(({ id }: Product) => id);
    expect((await idsOf('products', 'प्याज')).every((id) => onions.includes(id))).toBe(true);
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM products WHERE id = ANY($1) AND search @@ '''=pyj'' | ''=jir'''::tsquery`,
      [ids],
    );
    expect(rows[0]!.count).toBe(450);
    expect(await idsOf('vendors', 'remade')).toEqual([vendor.id]);
    expect(await versions()).toEqual([await searchDocumentsVersion()]);
  });

  it('say nothing in the log, and leave versions as they are', async () => {
    const product = await createProduct(app, { name: 'Turmeric' });
    const count = async (): Promise<unknown> =>
      (
        await client.query(
          'SELECT (SELECT count(*) FROM inventory_events) AS events, (SELECT sum(version) FROM products) AS versions',
        )
      ).rows;
    const before = await count();
    await makeOld();
    await remake();
    expect(await count()).toEqual(before);
    expect(await idsOf('products', 'हल्दी')).toEqual([product.id]);
  });

  it('wait for no writer, and are looked at again when it has ended', async () => {
    const product = await createProduct(app, { name: 'Clove' });
    await makeOld();
    const writer = new pg.Client(app.database.url);
    await writer.connect();
    try {
      await writer.query('BEGIN');
      await writer.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [product.id]);
      await app.app.get(SearchDocumentRemaker).turn(200);
      expect(await versions()).toEqual(['another']);
      await writer.query('COMMIT');
    } finally {
      await writer.end();
    }
    await remake();
    expect(await idsOf('products', 'clove')).toEqual([product.id]);
  });

  it('are looked at once only if they are of this version', async () => {
    await remake();
    await client.query(`UPDATE products SET search = ${OLD_DOCUMENT} WHERE name = 'Clove'`);
    await remake();
    expect((await idsOf('products', 'gone')).length).toBe(1);
  });
});
