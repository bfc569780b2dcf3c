import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { cached, type Found, search, type SearchApps, startPair } from '../support/search-apps.js';

const PATH = '/api/products/search?category=vegetables';
const SNAPSHOT = `mandi-test-${randomBytes(6).toString('hex')}.rdb`;

/**
 * A Redis that comes back with what it knew some time ago, from a snapshot or as a replica that was behind, has its old
 * pages, their old tokens and the lease. Nobody may believe it.
 */
describe('searches when Redis comes back with the past', () => {
  let apps: SearchApps;
  let product: Product;

  beforeAll(async () => {
    apps = await startPair({ redisArgs: ['--dir', '/tmp', '--dbfilename', SNAPSHOT] });
    product = await createProduct(apps.first, { basePrice: 1 });
    for (const app of apps.apps) await cached(app, PATH);
  });
  afterAll(async () => {
    await apps.close();
    await rm(`/tmp/${SNAPSHOT}`, { force: true });
  });

  it('shows what was changed since', async () => {
    const admin = new Redis(apps.redis!.port, apps.redis!.host);
    await admin.save();
    admin.disconnect();
    await apps.first.request('PATCH', `/api/products/${product.id}`, { basePrice: 2 });
    await apps.redis!.kill();
    await apps.restartRedis();

    const wrong: string[] = [];
    const used = async (app: SearchApps['first']): Promise<boolean> => {
      const { result, page }: Found<FoundProduct> = await search(app, PATH);
      if (page.items[0]!.basePrice !== 2) wrong.push(result);
      return result === 'HIT';
    };
    await Promise.all(
      apps.apps.map((app) => waitFor(() => used(app), { timeoutMs: 5_000, everyMs: 2, what: 'the cache to be used' })),
    );
    expect(wrong).toEqual([]);
  });
});
