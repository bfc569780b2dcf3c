import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { walk } from '../support/reading.js';

const ITEMS = 120;

/** Whoever walks all pages of a search sees every item once, in order. */
describe('pages of product search', () => {
  let app: TestApp;
  let ids: string[];

  beforeAll(async () => {
    app = await startApp();
    const vendor = await createVendor(app, { state: 'Kerala' });
    const items = Array.from({ length: ITEMS }, (_, index) => ({
      sku: `s${index}`,
      name: index % 3 === 0 ? 'Pepper' : index % 3 === 1 ? 'Peppermint' : 'Long pepper',
      category: index % 2 === 0 ? 'spices' : 'herbs',
      basePrice: [10, 10.1, 20, 9.99, 10][index % 5], // many the same, so that ties matter
    }));
    const { body } = await app.request<{ results: { productId: string }[] }>(
      'PUT',
      `/api/vendors/${vendor.id}/inventory`,
      { items },
    );
    ids = body.results.map(({ productId }) => productId);
  });
  afterAll(() => app.close());

  const search = (query: string) => `/api/products/search?${query}`;
  const prices = (products: Product[]) => products.map(({ basePrice }) => basePrice);

  it.each(['price_asc', 'price_desc', 'newest', 'relevance'])('by %s, whatever the page size', async (sort) => {
    const whole = await walk<Product>(app, search(`sort=${sort}&limit=100`));
    expect(whole.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const limit of [1, 7, 60]) {
      const walked = await walk<Product>(app, search(`sort=${sort}&limit=${limit}`));
      expect(walked.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    }
    if (sort === 'price_asc') expect(prices(whole)).toEqual(prices(whole).sort((a, b) => a - b));
    if (sort === 'price_desc') expect(prices(whole)).toEqual(prices(whole).sort((a, b) => b - a));
  });

  it('with a text, exact words first', async () => {
    const walked = await walk<Product>(app, search('q=pepper&limit=11'));
    const exact = walked.map(({ name }) => name !== 'Peppermint');
    expect(walked).toHaveLength(ITEMS);
    expect(exact.indexOf(false)).toBe((ITEMS / 3) * 2);
    expect(exact.lastIndexOf(true)).toBe((ITEMS / 3) * 2 - 1);
    expect(new Set(walked.map(({ id }) => id)).size).toBe(ITEMS);
  });

  it('with filters', async () => {
    const walked = await walk<Product>(app, search('category=herbs&minPrice=10&maxPrice=10.1&sort=price_asc&limit=4'));
    const expected = await walk<Product>(app, search('limit=100'));
    const fits = (p: Product) => p.category === 'herbs' && p.basePrice >= 10 && p.basePrice <= 10.1;
    expect(walked.map(({ id }) => id).sort()).toEqual(
      expected
        .filter(fits)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('has no next page after the last item, even when it fills the page', async () => {
    const { body } = await app.request<Page<Product>>('GET', search('category=herbs&limit=60'));
    expect(body).toMatchObject({ nextCursor: null, items: { length: 60 } });
  });

  it('shows every item that stays where it is once, while others are repriced, added and deleted', async () => {
    const [moving, still] = [ids.filter((_, index) => index % 4 === 0), ids.filter((_, index) => index % 4 !== 0)];
    let turn = 0;
    const between = async () => {
      const id = moving[turn % (moving.length - 1)]!;
      await app.request('PATCH', `/api/products/${id}`, { basePrice: turn % 2 === 0 ? 1 + turn : 5000 - turn });
      if (turn === 3) await app.request('DELETE', `/api/products/${moving.at(-1)}`);
      turn += 1;
    };
    const walked = await walk<Product>(app, search('sort=price_asc&limit=5'), between);
    const seen = walked.map(({ id }) => id).filter((id) => still.includes(id));
    expect(seen.sort()).toEqual([...still].sort());
    expect(prices(walked)).toEqual(prices(walked).sort((a, b) => a - b));
    expect(turn).toBeGreaterThan(20);
  });

  it('read later has a later position', async () => {
    const positions: number[] = [];
    await walk<Product>(app, search('category=herbs&limit=20'), async ({ position }) => {
      const log = await app.request<{ lastPosition: number }>('GET', '/api/events');
      expect(position).toBeLessThanOrEqual(log.body.lastPosition);
      positions.push(position);
      await app.request('PATCH', `/api/products/${ids[1]}`, { basePrice: 600 + positions.length });
      await app.request('GET', '/api/events'); // waits until that has its position
    });
    expect(positions).toEqual([positions[0], positions[0]! + 1, positions[0]! + 2]);
  });

  it('holds everything up to its position', async () => {
    const id = ids[1]!;
    for (let round = 0; round < 20; round += 1) {
      const [, { body }] = await Promise.all([
        app.request('PATCH', `/api/products/${id}`, { basePrice: 700 + round }),
        app.request<Page<Product>>('GET', search('category=herbs&limit=100')),
      ]);
      const shown = body.items.find((item) => item.id === id)!;
      const history = await app.request<{ events: { position: number; version: number }[] }>(
        'GET',
        `/api/products/${id}/history?limit=1000`,
      );
      const upTo = history.body.events.filter(({ position }) => position <= body.position);
      // It may be newer, as its events get their positions after the commit; a subscriber then sees those again.
      expect(shown.version).toBeGreaterThanOrEqual(upTo.at(-1)!.version);
    }
  });
});
