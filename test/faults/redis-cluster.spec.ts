import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, type Load, loadSize, underLoad } from '../support/cluster/index.js';
import { balancedTags } from '../../src/infra/index.js';
import { slotOf } from '../../src/infra/redis/hash-tags.js';
import { channelOfRoom, roomName } from '../../src/realtime/protocol/rooms.js';
import { waitFor } from '../support/processes.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';

/** Of the 16,384, one of each third, which a master has. */
const SLOTS = [100, 6_000, 16_000];
const SIZE = loadSize({ seconds: 4, writers: 8, searchers: 12 });
/** Milliseconds between two failovers. */
const FAILOVER_EVERY = Math.min(10_000, (1_000 * SIZE.seconds) / 2);

/** G1 and G16 over a Redis Cluster: no fault of it brings an old page back, nor stops the cache for long. */
describe('a Redis Cluster, under load', () => {
  let redis: RedisCluster;
  let cluster: Cluster;

  // A cluster of its own for each: what one test leaves has fewer replicas, and may wait before it fails over again.
  beforeEach(async () => {
    await ensureBuilt();
    redis = await startRedisCluster();
    cluster = await Cluster.start({ instances: 2, env: { ...redis.env, REDIS_HOST: '', REDIS_PORT: '' } });
  }, 90_000);
  afterEach(async () => {
    await cluster.dispose();
    await redis.stop();
  });

  const cacheInUse = ({ journal }: Load): Promise<unknown> => {
    const before = journal.counts['search HIT'] ?? 0;
    return waitFor(() => (journal.counts['search HIT'] ?? 0) > before + 50, {
      timeoutMs: 30_000,
      what: 'the cache to be used',
    });
  };

  it(
    'fails over by force again and again',
    async () => {
      const { violations } = await underLoad(cluster, SIZE, async (load) => {
        await cacheInUse(load);
        const began = performance.now();
        for (let time = 0; time * FAILOVER_EVERY < 1_000 * SIZE.seconds; time += 1) {
          await redis.failOver(await redis.masterOf(SLOTS[time % SLOTS.length]!), 'FORCE');
          await cacheInUse(load);
          await sleep(Math.max(0, began + (time + 1) * FAILOVER_EVERY - performance.now()));
        }
      });
      expect(violations).toEqual([]);
    },
    60_000 + 3_000 * SIZE.seconds,
  );

  it('fails over with and without consent, moves slots, loses a master and is cut off in part', async () => {
    const { violations, journal } = await underLoad(cluster, { writers: 8, searchers: 12 }, async (load) => {
      await cacheInUse(load);
      await redis.failOver(await redis.masterOf(SLOTS[0]!));
      await cacheInUse(load);

      const lagging = await redis.masterOf(SLOTS[1]!);
      await redis.cutOff(await redis.replicaOf(lagging));
      await load.progress(200);
      await redis.failOver(lagging, 'TAKEOVER');
      await cacheInUse(load);

      const to = await redis.masterOf(SLOTS[2]!);
      for (const slot of await redis.usedSlots(await redis.masterOf(SLOTS[0]!))) {
        await redis.migrate(slot, to, () => load.progress(20));
      }
      await cacheInUse(load);

      const paused = await redis.masterOf(SLOTS[2]!);
      await paused.server.pause();
      // The leader waits half a second for it with each change, until its part of the lease has run out.
      await load.progress(200, 30_000);
      await paused.server.resume();
      await cacheInUse(load);

      await (await redis.masterOf(SLOTS[0]!)).server.kill();
      await cacheInUse(load);
      await load.progress(300);
    });
    expect(violations).toEqual([]);
    expect(journal.counts['search HIT']).toBeGreaterThan(300);
  }, 120_000);

  /** How often this many writes have made instances read the log for what the bus hadn't brought. */
  const repairsOf = async (load: Load, writes: number): Promise<number> => {
    const read = async (): Promise<number> => {
      const pages = await Promise.all(
        cluster.running.map(({ url }) => cluster.client.send<string>('GET', `${url}/metrics`)),
      );
      const counts = pages.map(({ body }) => Number(/^inventory_event_log_repairs_total (\d+)$/m.exec(body)?.[1]));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const before = await read();
    await load.progress(writes);
    return (await read()) - before;
  };

  it('brings rooms their events over whichever nodes, whatever happens to them', async () => {
    const { violations } = await underLoad(cluster, { writers: 8, searchers: 2, general: false }, async (load) => {
      // Every instance has rooms of its own, and leaves others out.
      await waitFor(async () => (await repairsOf(load, 200)) < 40, {
        what: 'most contents to come in time',
        timeoutMs: 30_000,
      });
      const rooms = load.listeners.map(({ room }) => channelOfRoom(roomName(room)) as number);
      const slots = [...new Set(rooms.map((channel) => slotOf(balancedTags('bus', 64)[channel % 64]!)))];
      const masters = await Promise.all(slots.map((slot) => redis.masterOf(slot)));
      const replicated = await Promise.all(masters.map((master) => redis.hasReplica(master)));
      await redis.failOver(masters[replicated.indexOf(true)]!, 'FORCE');
      await load.progress(100);
      for (const slot of slots) {
        const others = await Promise.all(SLOTS.map((other) => redis.masterOf(other)));
        const from = await redis.masterOf(slot);
        await redis.migrate(
          slot,
          others.find(({ id }) => id !== from.id)!,
          () => load.progress(20),
        );
      }
      await load.progress(100);
      // All of them are found again.
      await waitFor(async () => (await repairsOf(load, 100)) < 20, { what: 'contents to come', timeoutMs: 30_000 });

      const paused = await redis.masterOf(slots[1]!);
      await paused.server.pause();
      // The leader waits half a second for it with each change, until its part of the lease has run out.
      await load.progress(200, 30_000);
      await paused.server.resume();
      await load.progress(100);
    });
    expect(violations).toEqual([]);
  }, 120_000);
});
