import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { createProduct } from '../support/builders.js';
import { TcpProxy } from '../support/cluster/tcp-proxy.js';
import { waitFor } from '../support/processes.js';
import { cached, cacheInUse, type SearchApps, search, startPair } from '../support/search-apps.js';

const PATH = '/api/products/search?category=vegetables';
const WRITES = 8;

/** G1 for the changes of a writer that can't reach Redis, while another instance, the leader, can. */
describe('an instance that is cut off from the cache', () => {
  let apps: SearchApps;
  let link: TcpProxy;
  let product: Product;
  let price = 1;

  beforeAll(async () => {
    apps = await startPair({
      ofOther: async ({ port }) => {
        link = await TcpProxy.open(() => port);
        return { REDIS_PORT: String(link.port) };
      },
    });
    product = await createProduct(apps.first, { basePrice: price });
  }, 60_000);
  afterEach(async () => {
    await link.restore();
    await cacheInUse(apps.other);
  });
  afterAll(async () => {
    await apps.close();
    await link.close();
  });

  it.each(['refused', 'not answered'])(
    'and is %s acknowledges what the leader has put out of date',
    async (how) => {
      if (how === 'refused') await link.refuse();
      else link.stall();
      const wrong: string[] = [];
      for (let write = 0; write < WRITES; write += 1) {
        price += 1;
        await cached(apps.first, PATH);
        const began = performance.now();
        const path = `/api/products/${product.id}`;
        const { status } = await apps.other.request('PATCH', path, { basePrice: price });
        expect(status).toBe(200);
        expect(performance.now() - began).toBeLessThan(3_000);
        const { result, page } = await search<FoundProduct>(apps.first, PATH);
        if (page.items[0]!.basePrice !== price) wrong.push(`${result} ${page.items[0]!.basePrice}, not ${price}`);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('acknowledges at once when it is back', async () => {
    await waitFor(
      async () => {
        price += 1;
        const began = performance.now();
        await apps.other.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
        return performance.now() - began < 100;
      },
      { what: 'a quick acknowledgement' },
    );
  });
});
