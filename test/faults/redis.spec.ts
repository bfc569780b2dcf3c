import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, type Load, underLoad } from '../support/cluster/index.js';
import { waitFor } from '../support/processes.js';

/**
 * What G2 allows: an instance that can't reach the cache can't tell the others what its writes put out of date, and
 * they believe the cache as long as its lease lasts.
 */
const LEASE = 10_000;

/** Redis away or silent, for all or for one, while clients write, search and listen. */
describe('under load', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 60_000);
  afterEach(() => cluster.heal());
  afterAll(() => cluster.dispose());

  const cacheInUse = ({ journal }: Load): Promise<unknown> => {
    const before = journal.counts['search HIT'] ?? 0;
    return waitFor(() => (journal.counts['search HIT'] ?? 0) > before + 10, { what: 'the cache to be used' });
  };

  it('Redis is killed and comes back empty: everything goes on, then the cache is used again', async () => {
    const { violations } = await underLoad(cluster, { staleness: LEASE }, async (load) => {
      await cluster.killRedis();
      const before = load.listeners.map(({ position }) => position);
      await load.progress(300);
      // Notifications went on without the bus.
      expect(load.listeners.every(({ position }, index) => position > before[index]!)).toBe(true);
      await cluster.restartRedis();
      await cacheInUse(load);
    });
    expect(violations).toEqual([]);
  });

  it('Redis hangs: nobody waits long', async () => {
    const { violations, journal } = await underLoad(cluster, { staleness: LEASE }, async (load) => {
      await cluster.redis.pause();
      await load.progress(40);
      await cluster.redis.resume();
      await cacheInUse(load);
    });
    expect(violations).toEqual([]);
    expect(journal.longestWait).toBeLessThan(2_000);
  });

  it.each(['the leader', 'a follower'])('%s is cut off from Redis', async (who) => {
    const { violations } = await underLoad(cluster, { staleness: LEASE }, async (load) => {
      const leader = await cluster.leader();
      const victim = who === 'the leader' ? leader : cluster.others(leader)[0]!;
      await victim.redis.refuse();
      await load.progress(150);
      await victim.redis.restore();
      await load.progress(50);
      await waitFor(async () => (await victim.eventStats()).busConnected, { what: 'the bus' });
      await cacheInUse(load);
    });
    expect(violations).toEqual([]);
  });
});
