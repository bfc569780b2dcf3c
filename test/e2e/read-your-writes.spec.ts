import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { createVendor } from '../support/builders.js';
import { searchProducts, type SearchApps, startPair } from '../support/search-apps.js';

const ACTORS = 16;
const MILLISECONDS = 8_000;
const CATEGORIES = ['spices', 'grains', 'fruits', 'pulses'];
/** Each shows all products of a category, whatever their prices. */
const SEARCHES = ['', '&sort=price_asc', '&sort=price_desc', '&minPrice=1', '&q=product', '&limit=100'];

/** G1 under load: what was acknowledged is in every search that starts later, at any instance. */
describe('16 writers and 16 readers at two instances', () => {
  let apps: SearchApps;
  let ids: string[];
  /** The latest version of each product that a writer was told of. */
  const acknowledged = new Map<string, number>();

  beforeAll(async () => {
    apps = await startPair();
    const { id } = await createVendor(apps.first);
    const items = Array.from({ length: 40 }, (_none, index) => ({
      sku: `s${index}`,
      name: `Product ${index}`,
      category: CATEGORIES[index % CATEGORIES.length],
      basePrice: 10 + index,
    }));
    const { body } = await apps.first.request<{ results: { productId: string }[] }>(
      'PUT',
      `/api/vendors/${id}/inventory`,
      { items },
    );
    ids = body.results.map(({ productId }) => productId);
  });
  afterAll(() => apps.close());

  it('leaves no reader behind', async () => {
    const end = Date.now() + MILLISECONDS;
    const violations: string[] = [];
    const results = { HIT: 0, MISS: 0, BYPASS: 0 };
    let written = 0;

    const write = async (actor: number): Promise<void> => {
      for (let turn = 0; Date.now() < end; turn += 1) {
        // Some products change all the time, most now and then: pages of all ages are in the cache.
        const id = ids[(actor * 7 + (turn % 3 === 0 ? turn : 0)) % ids.length]!;
        const basePrice = 1 + ((actor * 1_009 + turn * 13) % 5_000);
        const { status, body } = await apps.apps[(actor + turn) % 2]!.request<Product>('PATCH', `/api/products/${id}`, {
          basePrice,
        });
        if (status !== 200) throw new Error(JSON.stringify(body));
        acknowledged.set(id, Math.max(body.version, acknowledged.get(id) ?? 0));
        written += 1;
        // A pause for thought; without one, no page would live long enough to be read twice.
        await new Promise((resolve) => setTimeout(resolve, 20 + ((actor * 37 + turn * 11) % 60)));
      }
    };
    const read = async (actor: number): Promise<void> => {
      for (let turn = 0; Date.now() < end; turn += 1) {
        const category = CATEGORIES[(actor + turn) % CATEGORIES.length]!;
        const query = `category=${category}${SEARCHES[(actor * 5 + turn) % SEARCHES.length]!}`;
        const known = new Map(acknowledged);
        const { result, page } = await searchProducts(apps.apps[turn % 2]!, query);
        results[result] += 1;
        for (const { id, version } of page.items) {
          if (version < (known.get(id) ?? 0))
            violations.push(`${result} ${query}: ${id} ${version} < ${known.get(id)}`);
        }
        if (page.items.length !== 10) violations.push(`${result} ${query}: ${page.items.length} items`);
      }
    };

    const actors = Array.from({ length: ACTORS }, (_none, actor) => actor);
    await Promise.all(actors.flatMap((actor) => [write(actor), read(actor)]));
    expect(violations).toEqual([]);
    expect(results.HIT).toBeGreaterThan(0);
    expect(results.MISS).toBeGreaterThan(0);
    expect(written).toBeGreaterThan(100);
  });
});
