import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, type Load, loadSize, underLoad } from '../support/cluster/index.js';
import { waitFor } from '../support/processes.js';
import { type RedisGroup, startRedisGroup } from '../support/redis-group.js';

/** Milliseconds that a busy machine may take for some hundred writes. */
const WAITED_FOR = 30_000;
const SIZE = loadSize({ seconds: 0, writers: 8, searchers: 12 });
/** Milliseconds for which the successor hears nothing. */
const CUT_OFF = 4_000;

/** G16: a failover of Redis brings no old page back, though the successor has not heard everything. */
describe('Redis behind sentinels, under load', () => {
  let group: RedisGroup;
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    group = await startRedisGroup();
    cluster = await Cluster.start({ instances: 2, env: { ...group.env, REDIS_HOST: '', REDIS_PORT: '' } });
  }, 90_000);
  afterAll(async () => {
    await cluster.dispose();
    await group.stop();
  });

  const cacheInUse = ({ journal }: Load): Promise<unknown> => {
    const before = journal.counts['search HIT'] ?? 0;
    return waitFor(() => (journal.counts['search HIT'] ?? 0) > before + 50, {
      timeoutMs: 30_000,
      what: 'the cache to be used',
    });
  };

  it(
    'the master dies twice, the first time after its replicas were cut off',
    async () => {
      const { violations, journal } = await underLoad(cluster, SIZE, async (load) => {
        await cacheInUse(load);
        await group.cutOffReplicas();
        await sleep(CUT_OFF);
        for (let time = 0; time < 2; time += 1) {
          const until = performance.now() + (1_000 * SIZE.seconds) / 2;
          await group.killMaster();
          await cacheInUse(load);
          await load.progress(300, WAITED_FOR);
          await sleep(Math.max(0, until - performance.now()));
        }
      });
      expect(violations).toEqual([]);
      expect(journal.counts['search HIT']).toBeGreaterThan(100);
    },
    120_000 + 2_000 * SIZE.seconds,
  );
});
