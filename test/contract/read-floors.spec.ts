import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import type { PrimaryWal, ReadFloor } from '../../src/database/index.js';
import { Clock, Metrics } from '../../src/infra/index.js';
import { CacheKeys } from '../../src/search-cache/redis/cache-keys.js';
import { slotOf } from '../../src/infra/redis/hash-tags.js';
import { redisClusterCache } from '../../src/search-cache/redis/redis-cluster-cache.js';
import { HOME_OF_ALL_PRODUCTS, homeOf, PARTITIONS } from '../../src/search-cache/scopes/partitions.js';
import { GENERAL_SCOPE, OPEN } from '../../src/search-cache/scopes/scope-names.js';
import type { PartitionedCache } from '../../src/search-cache/store/partitioned-cache.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import {
  type CacheEngine,
  inProcessEngine,
  OWNER,
  redisEngine,
  TEST_KEYS,
  tokensOf,
} from '../support/cache-engines.js';
import { waitFor } from '../support/processes.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';

const [SPICES, GRAINS] = ['category:spices#set', 'category:grains#set'] as const;

/** A position of the first timeline, or of another one. */
const at = (lsn: number, timeline = 1): string =>
  String(timeline).padStart(8, '0') + lsn.toString(16).toUpperCase().padStart(16, '0');

/** How far a replica of PostgreSQL must be for what is read after a miss: what every SearchCacheStore promises. */
describe.each([
  ['in the process', inProcessEngine],
  ['in Redis', redisEngine],
])('the floor of a miss, with a store %s', (_name, start) => {
  let engine: CacheEngine;
  let store: SearchCacheStore;
  let reads = 0;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    await store.renewLease();
  });

  const floor = async (...scopes: string[]): Promise<ReadFloor | undefined> => {
    const read = await engine.again().read(`page ${(reads += 1)}`, [GENERAL_SCOPE, ...scopes], null);
    if (read.result !== 'miss') throw new Error(`a miss was expected, not a ${read.result}`);
    return read.floor;
  };
  const settle = (position: string): Promise<void> => store.settleWal(() => Promise.resolve(position));

  it('is unknown until PostgreSQL has been asked, whatever writers say', async () => {
    expect(await floor(SPICES)).toBeNull();
    await store.invalidate([GRAINS], at(5));
    expect(await floor(SPICES)).toBeNull();
    await settle(at(7));
    expect(await floor(SPICES)).toBe(at(7));
  });

  it('is that of the youngest token asked for, and does not rise with changes of other scopes', async () => {
    await settle(at(10));
    expect(await floor(SPICES, GRAINS)).toBe(at(10));
    await store.invalidate([GRAINS], at(20));
    expect(await floor(SPICES)).toBe(at(10));
    expect(await floor(SPICES, GRAINS)).toBe(at(20));
    await store.invalidateWatched(() => [SPICES], at(30));
    expect(await floor(GRAINS)).toBe(at(20));
    expect(await floor(SPICES, GRAINS)).toBe(at(30));
  });

  it('never falls, and a later timeline is above all of an earlier one', async () => {
    await settle(at(30));
    await store.invalidate([SPICES], at(0x20));
    await store.invalidate([GRAINS], at(7));
    expect(await floor(SPICES, GRAINS)).toBe(at(0x20));
    await store.invalidate([GRAINS], at(1, 2));
    expect(await floor(GRAINS)).toBe(at(1, 2));
    await store.invalidate([SPICES], at(0xfff));
    expect(await floor(SPICES)).toBe(at(1, 2));
  });

  it('is unknown from the moment that a writer does not know it, and late writers do not make it known', async () => {
    await settle(at(10));
    await store.invalidate([SPICES]);
    await store.invalidate([GRAINS], at(15));
    expect([await floor(SPICES), await floor(GRAINS)]).toEqual([null, null]);
    // The general scope has its old token, and the new ones get their end.
    await settle(at(40));
    expect([await floor(SPICES), await floor(GRAINS)]).toEqual([at(40), at(40)]);
  });

  it('is not settled by what was asked before it became unknown once more', async () => {
    await store.settleWal(async () => {
      await store.invalidate([SPICES]);
      return at(10);
    });
    expect(await floor(SPICES)).toBeNull();
    await settle(at(20));
    expect(await floor(SPICES)).toBe(at(20));
    await store.settleWal(() => Promise.reject(new Error('it is known')));
  });

  it('is not settled lower than what was acknowledged while it was asked for', async () => {
    await store.settleWal(async () => {
      await engine.again().invalidate([SPICES], at(20));
      await engine.again().invalidate([GRAINS], at(15));
      return at(10);
    });
    expect([await floor(SPICES), await floor(GRAINS)]).toEqual([at(20), at(20)]);
  });

  it('is not settled lower than a clearing meanwhile has said', async () => {
    await store.settleWal(async () => {
      await store.clear(at(20));
      return at(10);
    });
    expect([null, at(20)]).toContain(await floor(SPICES));
    await settle(at(30));
    expect([at(20), at(30)]).toContain(await floor(SPICES));
  });

  it('is not settled by what was heard before it became unknown once more', async () => {
    await store.invalidate([SPICES], at(20));
    await store.invalidate([SPICES]);
    await settle(at(10));
    expect(await floor(SPICES)).toBe(at(10));
  });

  it('is settled once, however many ask at the same time', async () => {
    await store.settleWal(async () => {
      await engine.again().settleWal(() => Promise.resolve(at(12)));
      await store.invalidate([SPICES], at(20));
      return at(10);
    });
    expect(await floor(SPICES)).toBe(at(20));
  });

  it('that becomes known leaves pages current that were stored while it was unknown', async () => {
    const tokens = tokensOf(await store.read('a', [GENERAL_SCOPE, SPICES], null));
    await store.fill('a', { body: Buffer.from('{}'), etag: '"a"' }, tokens, []);
    await settle(at(10));
    expect(await floor(SPICES)).toBe(at(10));
    expect((await store.read('a', [GENERAL_SCOPE, SPICES], null)).result).toBe('hit');
    await store.invalidate([SPICES], at(20));
    expect((await store.read('a', [GENERAL_SCOPE, SPICES], null)).result).toBe('miss');
  });

  it('after a clearing has all that may have been missed', async () => {
    await settle(at(10));
    await store.clear(at(20));
    expect([null, at(20)]).toContain(await floor(SPICES));
    await settle(at(30));
    expect([at(30), at(20)]).toContain(await floor(SPICES));
  });
});

describe('the floor in Redis of what is not cached', () => {
  let engine: CacheEngine;
  let store: SearchCacheStore;

  beforeAll(async () => {
    engine = await redisEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    await store.renewLease();
    await store.settleWal(() => Promise.resolve(at(10)));
  });

  it('is what any process has acknowledged', async () => {
    expect(await store.floor()).toBe(at(10));
    await engine.again().invalidate([SPICES], at(20));
    expect(await store.floor()).toBe(at(20));
  });

  it('is unknown without a lease', async () => {
    await engine.endLease();
    expect(await store.floor()).toBeNull();
  });

  it('is unknown when Redis has lost it, until it is settled anew', async () => {
    await engine.lose([TEST_KEYS.wal]);
    await engine.again().invalidate([SPICES], at(20));
    expect(await store.floor()).toBeNull();
    await store.settleWal(async () => {
      await engine.lose([TEST_KEYS.wal]);
      return at(21);
    });
    expect(await store.floor()).toBeNull();
    await store.settleWal(() => Promise.resolve(at(22)));
    expect(await store.floor()).toBe(at(22));
  });

  it('is unknown after a change of a process that has no replicas', async () => {
    await engine.again().invalidateWatched(() => [SPICES]);
    expect(await store.floor()).toBeNull();
  });
});

describe('the floor in a partition of a Redis Cluster', () => {
  /** In the partition to which all changes of products go. */
  const listing = ['spices', 'fruit', 'grains', 'nuts', 'herbs', 'oils', 'tea', 'flowers']
    .map((category) => ({ vendor: OPEN, category }))
    .find((one) => homeOf(one) === HOME_OF_ALL_PRODUCTS)!;
  const set = `search:cache:category:${listing.category}#set`;
  const { wal } = new CacheKeys(OWNER, { index: HOME_OF_ALL_PRODUCTS, of: PARTITIONS });
  const LONG = { timeoutMs: 20_000 };
  let cluster: RedisCluster;
  let client: Cluster;
  let cache: PartitionedCache;
  let position: string;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    client = new Cluster(
      cluster.nodes.map(({ server: { host, port } }) => ({ host, port })),
      { redisOptions: { commandTimeout: 250, connectTimeout: 500 } },
    );
    client.setMaxListeners(200);
    client.on('error', () => undefined);
    await waitFor(() => client.status === 'ready', { what: 'the cluster', ...LONG });
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await cluster.stop();
  });
  beforeEach(async () => {
    await cluster.flush();
    position = at(10);
    const primary = { inUse: true, position: () => Promise.resolve(position) } as PrimaryWal;
    cache = redisClusterCache(client, () => OWNER, 100, 300, new Metrics(), new Clock(), primary);
    await waitFor(() => cache.renewLease(), { what: 'the lease', ...LONG });
  });

  const settle = (): Promise<void> => cache['partitions'][HOME_OF_ALL_PRODUCTS]!.watch();
  const change = async (lsn: number): Promise<void> => {
    position = at(lsn);
    expect(await cache.invalidateWatched((isWatched) => (isWatched(listing) ? [set] : []))).toBe(true);
  };
  let pages = 0;
  const floor = async (): Promise<ReadFloor | undefined> => {
    const read = await cache.read(`page ${(pages += 1)}`, [GENERAL_SCOPE, set], listing);
    return read.result === 'miss' ? read.floor : undefined;
  };

  it('is what any process has acknowledged there, once it is settled', async () => {
    expect([await floor(), await cache.floor()]).toEqual([null, null]);
    await settle();
    expect([await floor(), await cache.floor()]).toEqual([at(10), at(10)]);
    await change(20);
    expect([await floor(), await cache.floor()]).toEqual([at(20), at(20)]);
  }, 60_000);

  it('is unknown to a master that was promoted without having heard of all, until it is settled there', async () => {
    await settle();
    await change(20);
    const master = await cluster.masterOf(slotOf(/\{(.*)\}/.exec(wal)![1]!));
    const replica = await cluster.replicaOf(master);
    await waitFor(async () => (await master.admin.call('WAIT', '1', '1000')) === 1, { what: 'the copy', ...LONG });
    await cluster.cutOff(replica);
    await change(30);
    await cluster.failOver(master, 'TAKEOVER');
    // What it has inherited, lease included, may have been read before.
    const after = await waitFor(
      async () => {
        const read = await floor();
        return read === undefined ? undefined : [read, await cache.floor()];
      },
      { what: 'an answer of the successor', ...LONG },
    );
    expect(after).toEqual([null, null]);
    await waitFor(
      async () => {
        await settle();
        return (await cache.floor()) === at(30);
      },
      { what: 'the record of the successor', ...LONG },
    );
    expect(await floor()).toBe(at(30));
    await replica.admin.config('SET', 'masterauth', '');
  }, 60_000);
});
