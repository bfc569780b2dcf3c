import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { cached, cacheStats, relayed, search, type SearchApps, startPair } from '../support/search-apps.js';

/** What grows with the number of keys, or takes away more than is ours. */
const REFUSED = /^(keys|scan|sscan|hscan|zscan|randomkey|flushall|flushdb|sort|swapdb|monitor|wait)$/;

describe('the commands that reach Redis', () => {
  let apps: SearchApps;
  let monitor: Redis;
  const commands = new Map<string, number>();

  beforeAll(async () => {
    apps = await startPair({ env: { MAX_CACHE_SIZE: '10' } });
    const connection = new Redis(apps.redis!.port, apps.redis!.host);
    monitor = await connection.monitor();
    connection.disconnect();
    monitor.on('monitor', (_time: string, [name]: [string]) => {
      const command = name.toLowerCase();
      commands.set(command, (commands.get(command) ?? 0) + 1);
    });
  });
  afterAll(async () => {
    monitor.disconnect();
    await apps.close();
  });

  it('never look for keys, whatever is done', async () => {
    const { id, vendorId } = await createProduct(apps.first);
    await createProduct(apps.first, { vendorId, category: 'vegetables' });
    for (let price = 1; price <= 30; price += 1) {
      const app = apps.apps[price % 2]!;
      await search(app, `/api/products/search?category=vegetables&minPrice=${price}&sort=price_asc`);
      await search(app, `/api/products/search?q=product&limit=${price}`);
      await search(app, `/api/vendors/search?limit=${price}`);
      await app.request('PATCH', `/api/products/${id}`, { basePrice: price, category: `c${price % 3}` });
    }
    await apps.first.request('PATCH', `/api/vendors/${vendorId}`, { name: 'Renamed' });
    await apps.other.request('DELETE', `/api/products/${id}`);
    await relayed(apps);
    await apps.other.request('DELETE', '/api/cache');
    await cacheStats(apps.first);
    await cached(apps.first, '/api/products/search?category=vegetables');

    // Those of the scripts are reported as well, as are those that come from within them.
    const needed = ['evalsha', 'hset', 'zadd', 'zpopmin', 'del', 'mget', 'hmget'];
    await waitFor(() => needed.every((name) => commands.has(name)), { what: 'the commands to be reported' });
    expect([...commands.keys()].filter((name) => REFUSED.test(name))).toEqual([]);
    // Scripts are sent once per connection at most, then by their hash.
    expect(commands.get('eval') ?? 0).toBeLessThanOrEqual(10);
  });
});
