import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { FoundProduct, Page, Product } from '../../src/contracts/index.js';
import { SearchDocumentPruner } from '../../src/inventory/search/upkeep/search-document-pruner.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';

/** A text goes when no product has it any more, and not before. */
describe('texts without products', () => {
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

  const look = (): Promise<void> => app.app.get(SearchDocumentPruner).look();
  /** Once over all texts, wherever the last look has ended. */
  const lookAtAll = async (): Promise<void> => {
    for (let time = 0; time < 3; time += 1) await look();
  };
  const patch = (product: Product, body: object) => app.request('PATCH', `/api/products/${product.id}`, body);
  const numbers = async (): Promise<{ texts: number; used: number; missing: number }> => {
    const { rows } = await client.query<{ texts: number; used: number; missing: number }>(`
      SELECT (SELECT count(*)::int FROM product_texts) AS texts, (SELECT count(DISTINCT text_id)::int FROM products) AS used,
             (SELECT count(*)::int FROM products p WHERE NOT EXISTS (SELECT FROM product_texts t WHERE t.id = p.text_id)) AS missing`);
    return rows[0]!;
  };
  const idsOf = async (text: string): Promise<string[]> => {
    const { body } = await app.request<Page<FoundProduct>>('GET', `/api/products/search?q=${text}&limit=100`);
    return body.items.map(({ id }) => id);
  };

  it('go when it is renamed, moved or deleted', async () => {
    const [renamed, moved, deleted, kept] = await Promise.all(
      ['Turmeric', 'Cumin', 'Clove', 'Pepper'].map((name) => createProduct(app, { name, category: 'spices' })),
    );
    for (let time = 0; time < 5; time += 1) await patch(renamed!, { description: `harvest ${time}` });
    await patch(moved!, { category: 'seeds' });
    await app.request('DELETE', `/api/products/${deleted!.id}`);
    expect(await numbers()).toEqual({ texts: 10, used: 3, missing: 0 });
    await lookAtAll();
    expect(await numbers()).toEqual({ texts: 3, used: 3, missing: 0 });
    expect([await idsOf('turmeric'), await idsOf('cumin'), await idsOf('clove'), await idsOf('pepper')]).toEqual([
      [renamed!.id],
      [moved!.id],
      [],
      [kept!.id],
    ]);
    // Back to what it was: the text is made once more.
    await patch(moved!, { category: 'spices' });
    expect(await idsOf('cumin')).toEqual([moved!.id]);
  });

  it('stay when a product gets them meanwhile', async () => {
    const products = await Promise.all(
      Array.from({ length: 8 }, (_, index) => createProduct(app, { name: `Basket ${index}` })),
    );
    let writing = true;
    const looking = (async () => {
      while (writing) await look();
    })();
    await Promise.all(
      products.map(async (product, index) => {
        for (let time = 0; time < 60; time += 1) await patch(product, { name: `Basket ${(index + time) % 3}` });
      }),
    );
    writing = false;
    await looking;
    await lookAtAll();
    const { texts, used, missing } = await numbers();
    expect([texts, missing]).toEqual([used, 0]);
    expect((await idsOf('basket')).sort()).toEqual(products.map(({ id }) => id).sort());
  });

  /** A text that no product has, and a transaction in which one gets it again. */
  async function takenAgain(name: string): Promise<void> {
    const product = await createProduct(app, { name });
    await patch(product, { name: 'Bajra' });
    await client.query('BEGIN');
    const { rowCount } = await client.query(
      `UPDATE products p SET search = t.lexemes FROM product_texts t
       WHERE p.id = $1 AND t.category = p.category AND t.lexemes @@ $2::tsquery`,
      [product.id, name],
    );
    expect(rowCount).toBe(1);
  }

  it('stay when a product has got them that nobody sees yet', async () => {
    await takenAgain('millet');
    await lookAtAll();
    await client.query('COMMIT');
    expect((await numbers()).missing).toBe(0);
    await lookAtAll();
    expect((await numbers()).missing).toBe(0);
  });

  it('stay when a product gets them while the look waits for its writer', async () => {
    await takenAgain('sorghum');
    const looking = lookAtAll();
    await waitFor(
      async () =>
        (await client.query(`SELECT FROM pg_locks WHERE relation = 'products'::regclass AND NOT granted`)).rowCount,
      { everyMs: 1, what: 'the look to wait' },
    );
    await client.query('COMMIT');
    await looking;
    expect((await numbers()).missing).toBe(0);
  });

  it('stay while somebody writes for long, and hold up no other one', async () => {
    const product = await createProduct(app, { name: 'Jaggery' });
    await patch(product, { name: 'Gur' });
    const { texts } = await numbers();
    await client.query(`BEGIN; UPDATE products SET version = version WHERE false`);
    const began = performance.now();
    await Promise.all([lookAtAll(), patch(product, { name: 'Bellam' })]);
    expect(performance.now() - began).toBeLessThan(1_500);
    expect((await numbers()).texts).toBe(texts + 1);
    await client.query('COMMIT');
    await lookAtAll();
    expect((await numbers()).texts).toBe((await numbers()).used);
  });
});
