import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { search, type SearchApps, startPair } from '../support/search-apps.js';

const PATH = '/api/products/search?category=vegetables&limit=5';
/** Milliseconds. */
const LASTS = 2_000;
/** Times that Redis is full, and writes, at least. */
const FULL = 3;
const WRITES = 20;
const ROOM = '6mb';
const PIECE = 'x'.repeat(16_384);

/** Redis that has no memory left, and gets some back now and then, as if others used it as well. */
describe.each(['noeviction', 'volatile-lru', 'allkeys-lru'])('searches with a full Redis, %s', (policy) => {
  let pair: SearchApps;
  let redis: Redis;
  let product: Product;

  beforeAll(async () => {
    pair = await startPair({ redisArgs: ['--maxmemory', ROOM, '--maxmemory-policy', policy] });
    redis = new Redis(pair.redis!.port, pair.redis!.host);
    product = await createProduct(pair.first, { basePrice: 1 });
  });
  afterAll(async () => {
    redis.disconnect();
    await pair.close();
  });

  let pieces = 0;
  /** Until Redis refuses it, or has put out other keys for it. @returns whether it refused */
  async function fill(): Promise<boolean> {
    const evicted = async (): Promise<string> => /evicted_keys:(\d+)/.exec(await redis.info('stats'))![1]!;
    const before = await evicted();
    for (let count = 0; count < 100; count += 1) {
      const some = redis.pipeline();
      for (let piece = 0; piece < 10; piece += 1) some.set(`piece:${(pieces += 1)}`, PIECE);
      const errors = (await some.exec())!.flatMap(([error]) => error ?? []);
      for (const { message } of errors) expect(message).toContain('OOM');
      if (errors.length > 0) return true;
      if ((await evicted()) !== before) return false;
    }
    throw new Error('Redis has never been full');
  }
  async function free(): Promise<void> {
    const keys = await redis.keys('piece:*');
    if (keys.length > 0) await redis.del(keys);
  }

  it('show what was acknowledged, and use the cache again when there is room', async () => {
    let over = false;
    let acknowledged = 1;
    let refused = 0;
    let full = 0;
    const stale: unknown[] = [];

    const fills = async (): Promise<void> => {
      while (!over) {
        if (await fill()) refused += 1;
        full += 1;
        await sleep(200);
        await free();
        await sleep(full % 2 === 0 ? 20 : 300);
      }
    };
    const reads = async (which: number): Promise<void> => {
      while (!over) {
        const least = acknowledged;
        const { result, page } = await search<FoundProduct>(pair.apps[which]!, PATH);
        const shown = page.items.find(({ id }) => id === product.id)!.basePrice;
        if (shown < least) stale.push({ result, which, shown, least });
      }
    };
    const writes = async (): Promise<void> => {
      for (let price = 2; !over; price += 1) {
        const app = pair.apps[price % 2]!;
        const { status } = await app.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
        expect(status).toBe(200);
        acknowledged = price;
        await sleep(price % 20 === 0 ? 100 : 5);
      }
    };
    const work = Promise.all([fills(), reads(0), reads(1), reads(0), reads(1), writes()]);
    const enough = waitFor(() => full >= FULL && acknowledged >= WRITES, { timeoutMs: 30_000, what: 'enough of it' });
    await Promise.race([Promise.all([sleep(LASTS), enough]), work]).finally(() => (over = true));
    await work;

    expect(stale).toEqual([]);
    if (policy === 'noeviction') expect(refused).toBe(full);
    await free();
    const hit = async (): Promise<boolean> => {
      const found = await Promise.all(pair.apps.map((app) => search(app, PATH)));
      return found.every(({ result }) => result === 'HIT');
    };
    await waitFor(hit, { timeoutMs: 15_000, what: 'hits on both' });
  });
});
