import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import type { TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { cached, type Found, search, type SearchApps, startPair } from '../support/search-apps.js';

const PATH = '/api/products/search?category=vegetables';

/** The cache when Redis isn't what it was: slower at worst, never wrong. */
describe('searches and what happens to Redis', () => {
  let apps: SearchApps;
  let product: Product;

  beforeEach(async () => {
    apps = await startPair();
    product = await createProduct(apps.first, { basePrice: 1 });
    for (const app of apps.apps) await cached(app, PATH);
  });
  afterEach(async () => {
    await apps.redis?.resume();
    await apps.close();
  });

  const read = (app: TestApp) => search<FoundProduct>(app, PATH);
  const priceOf = ({ page }: Found<FoundProduct>) => page.items[0]!.basePrice;
  const write = async (app: TestApp, basePrice: number): Promise<void> => {
    const began = Date.now();
    const { status } = await app.request('PATCH', `/api/products/${product.id}`, { basePrice });
    expect(status).toBe(200);
    expect(Date.now() - began).toBeLessThan(1_500);
  };
  /** Many readers at once, for as long as it takes to see that they neither wait long nor pile up. */
  const readsWithout = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      const began = Date.now();
      const reads = await Promise.all(Array.from({ length: 20 }, (_none, index) => read(apps.apps[index % 2]!)));
      expect(Date.now() - began).toBeLessThan(1_000);
      expect(new Set(reads.map(({ result }) => result))).toEqual(new Set(['BYPASS']));
    }
  };
  /** Every page from now on shows this price, also the first ones that come from the cache again. */
  const backInUse = async (price: number): Promise<void> => {
    const wrong: string[] = [];
    const used = async (app: TestApp): Promise<boolean> => {
      const found = await read(app);
      if (priceOf(found) !== price) wrong.push(`${found.result} ${priceOf(found)}`);
      return found.result === 'HIT';
    };
    await Promise.all(
      apps.apps.map((app) => waitFor(() => used(app), { timeoutMs: 5_000, everyMs: 5, what: 'the cache to be used' })),
    );
    expect(wrong).toEqual([]);
  };

  it('killed: every search goes to the database at once, and writes go on', async () => {
    await apps.redis!.kill();
    await readsWithout(10);
    await write(apps.first, 2);
    await write(apps.other, 3);
    expect(priceOf(await read(apps.other))).toBe(3);
    await apps.restartRedis();
    await backInUse(3);
    await write(apps.other, 4);
    await backInUse(4);
  });

  it('hanging: searches wait a moment at most, and do not pile up', async () => {
    await apps.redis!.pause();
    await readsWithout(10);
    await write(apps.first, 2);
    await readsWithout(10);
    await write(apps.other, 3);
    await apps.redis!.resume();
    await backInUse(3);
  });
});
