import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Cluster } from 'ioredis';
import { CacheKeys } from '../../src/search-cache/redis/cache-keys.js';
import { slotOf } from '../../src/infra/redis/hash-tags.js';
import { redisClusterCache } from '../../src/search-cache/redis/redis-cluster-cache.js';
import { homeOf, PARTITIONS } from '../../src/search-cache/scopes/partitions.js';
import { GENERAL_SCOPE, type Listing, OPEN } from '../../src/search-cache/scopes/scope-names.js';
import { Metrics, Clock } from '../../src/infra/index.js';
import type { PartitionedCache } from '../../src/search-cache/store/partitioned-cache.js';
import { OWNER } from '../support/cache-engines.js';
import { type ClusterNode, type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

const SPICES: Listing = { vendor: OPEN, category: 'spices' };
const SET = 'search:cache:category:spices#set';
const SCOPES = [GENERAL_SCOPE, SET];
const PAGE = { body: Buffer.from('{}'), etag: '"one"' };
const LONG = { timeoutMs: 20_000 };

const slotOfHome = (listing: Listing): number => {
  const { lease } = new CacheKeys(OWNER, { index: homeOf(listing), of: PARTITIONS });
  return slotOf(/\{(.*)\}/.exec(lease)![1]!);
};

describe('the cache in a Redis Cluster', () => {
  let cluster: RedisCluster;
  let master: ClusterNode;
  const clients: Cluster[] = [];

  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    master = await cluster.masterOf(slotOfHome(SPICES));
    await cluster.flush();
  });

  const open = async (isCluster = true, maxEntries = 100): Promise<PartitionedCache> => {
    const client = new Cluster(
      cluster.nodes.map(({ server: { host, port } }) => ({ host, port })),
      {
        enableOfflineQueue: false,
        maxRedirections: 5,
        retryDelayOnTryAgain: 20,
        retryDelayOnFailover: 50,
        retryDelayOnClusterDown: 50,
        redisOptions: { commandTimeout: 250, connectTimeout: 500 },
      },
    );
    client.setMaxListeners(200);
    client.on('error', () => undefined);
    clients.push(client);
    await waitFor(() => client.status === 'ready', { what: 'the cluster', ...LONG });
    // Then the scripts don't look who has made a token.
    if (!isCluster) Object.defineProperty(client, 'isCluster', { value: false });
    return redisClusterCache(client, () => OWNER, maxEntries, 300, new Metrics(), new Clock());
  };
  afterAll(() => {
    for (const client of clients) client.disconnect();
  });

  const read = (cache: PartitionedCache, listing = SPICES, key = `page of ${listing.category}`) =>
    cache.read(key, SCOPES, listing);
  const result = async (cache: PartitionedCache, listing = SPICES) => (await read(cache, listing)).result;
  const fill = async (
    cache: PartitionedCache,
    listing = SPICES,
    key = `page of ${listing.category}`,
  ): Promise<void> => {
    const tokens = await waitFor(
      async () => {
        const answer = await read(cache, listing, key);
        return answer.result === 'miss' ? answer.tokens : undefined;
      },
      { what: 'a miss', ...LONG },
    );
    await cache.fill(key, PAGE, tokens, [], listing);
  };

  /** What a reader gets whose page an acknowledged change has put out of date on a master that fails then. */
  const afterLostInvalidation = async (isCluster: boolean): Promise<string[]> => {
    const [reader, writer] = [await open(isCluster), await open(isCluster)];
    await waitFor(() => writer.renewLease(), { what: 'the lease', ...LONG });
    await fill(reader);
    for (let time = 0; time < 3; time += 1) expect(await result(reader)).toBe('hit');
    const replica = await cluster.replicaOf(master);
    await waitFor(async () => (await master.admin.call('WAIT', '1', '1000')) === 1, { what: 'the copy', ...LONG });
    await cluster.cutOff(replica);
    expect(await writer.invalidateWatched((isWatched) => (isWatched(SPICES) ? [SET] : []))).toBe(true);
    await cluster.failOver(master, 'TAKEOVER');
    const results: string[] = [];
    await waitFor(
      async () => {
        const one = await result(reader);
        if (one !== 'bypass') results.push(one);
        return results.length === 3;
      },
      { what: 'answers of the successor', ...LONG },
    );
    await replica.admin.config('SET', 'masterauth', '');
    return results;
  };

  it('serves no page from a replica that has become master without having heard of its end', async () => {
    expect(await afterLostInvalidation(true)).toEqual(['miss', 'miss', 'miss']);
  }, 60_000);

  it('would without the id of the master in tokens and counts', async () => {
    expect(await afterLostInvalidation(false)).toContain('hit');
  }, 60_000);

  it('puts pages out of date while their slot is on its way to another master, and uses it there', async () => {
    const [reader, writer] = [await open(), await open()];
    await waitFor(() => writer.renewLease(), { what: 'the lease', ...LONG });
    await fill(reader);
    expect(await result(reader)).toBe('hit');
    const slot = slotOfHome(SPICES);
    const to = await cluster.masterOf((slot + 8_192) % 16_384);
    await cluster.migrate(slot, to, async () => {
      expect(await writer.invalidateWatched((isWatched) => (isWatched(SPICES) ? [SET] : []))).toBe(true);
      expect(await result(reader)).not.toBe('hit');
    });
    expect(await result(reader)).not.toBe('hit');
    await waitFor(() => writer.renewLease(), { what: 'the lease', ...LONG });
    await fill(reader);
    await waitFor(async () => (await result(reader)) === 'hit', { what: 'a hit', ...LONG });
    expect((await cluster.masterOf(slot)).id).toBe(to.id);
  }, 60_000);

  it('puts them out of date once more by a whole script, should the move be taken back with what came before', async () => {
    const [reader, writer] = [await open(), await open()];
    await waitFor(() => writer.renewLease(), { what: 'the lease', ...LONG });
    await fill(reader);
    const slot = slotOfHome(SPICES);
    const from = await cluster.masterOf(slot);
    const masters = await Promise.all([0, 6_000, 12_000].map((away) => cluster.masterOf((slot + away) % 16_384)));
    const to = masters.find(({ id }) => id !== from.id)!;
    const general = new CacheKeys(OWNER, { index: homeOf(SPICES), of: PARTITIONS }).scope(GENERAL_SCOPE);
    const token = (await from.admin.get(general))!;
    await cluster.migrate(slot, to, async () => {
      expect(await writer.invalidateWatched((isWatched) => (isWatched(SPICES) ? [SET] : []))).toBe(true);
    });
    await to.admin.set(general, token);
    await waitFor(async () => (await to.admin.get(general)) !== token, { what: 'another token', ...LONG });
  }, 60_000);

  it('goes on in the other partitions while one is away, and the one that was gets no lease before it is cleared', async () => {
    const [reader, leader] = [await open(), await open()];
    const elsewhere = Array.from({ length: 50 }, (_none, index) => ({ vendor: `v${index}`, category: OPEN }));
    const masters = await Promise.all(elsewhere.map((listing) => cluster.masterOf(slotOfHome(listing))));
    const other = elsewhere.find((_listing, index) => masters[index]!.id !== master.id)!;
    await waitFor(() => leader.renewLease(), { what: 'the lease', ...LONG });
    await Promise.all([fill(reader), fill(reader, other)]);
    // As long as its replica doesn't take over.
    const replica = await cluster.replicaOf(master);
    await replica.admin.config('SET', 'cluster-replica-no-failover', 'yes');
    for (const { admin } of cluster.nodes) await admin.config('SET', 'cluster-require-full-coverage', 'no');
    await master.server.pause();
    expect(await result(reader)).toBe('bypass');
    expect(await result(reader, other)).toBe('hit');
    expect(await leader.invalidateWatched((isWatched) => (isWatched(SPICES) ? [SET] : []))).toBe(false);
    expect(await leader.invalidateOrWithhold((isWatched) => (isWatched(SPICES) ? [SET] : []))).toBe(true);
    expect(await leader.renewLease()).toBe(true);
    expect(await result(reader, other)).toBe('hit');
    expect((await reader.stats())!.leaseMs).toBe(0);
    await master.server.resume();
    await waitFor(async () => ((await reader.stats())?.leaseMs ?? 0) > 0 || !(await leader.renewLease()), {
      what: 'the partition to be back',
      ...LONG,
    });
    await waitFor(async () => (await result(reader)) === 'miss', { what: 'a miss', ...LONG });
    expect(await result(reader, other)).toBe('hit');
    await replica.admin.config('SET', 'cluster-replica-no-failover', 'no');
  }, 60_000);

  it('keeps the entries of all partitions within one bound, those used longest ago out first', async () => {
    const cache = await open(true, 40);
    await waitFor(() => cache.renewLease(), { what: 'the lease', ...LONG });
    const vendors = Array.from({ length: 100 }, (_none, index) => ({ vendor: `v${index}`, category: OPEN }));
    for (const listing of vendors) await fill(cache, listing, listing.vendor);
    await cache.renewLease();
    await waitFor(async () => (await cache.stats())!.entries === 40, { what: 'the bound', ...LONG });
    const results = await Promise.all(vendors.map((listing) => read(cache, listing, listing.vendor)));
    expect(results.slice(0, 50).filter(({ result: one }) => one === 'hit')).toEqual([]);
    expect(results.slice(70).every(({ result: one }) => one === 'hit')).toBe(true);
  }, 60_000);
});
