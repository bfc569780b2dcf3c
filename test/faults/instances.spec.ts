import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, underLoad } from '../support/cluster/index.js';
import { closeSequencing } from '../support/cluster/database-faults.js';
import { waitFor } from '../support/processes.js';

/** Instances that end or stop without a word, while clients write, search and listen. */
describe('under load', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 60_000);
  afterEach(() => cluster.heal());
  afterAll(() => cluster.dispose());

  it('the leader is killed: another one leads, nothing is lost', async () => {
    const { violations, journal } = await underLoad(cluster, {}, async (load) => {
      const leader = await cluster.leader();
      await leader.kill();
      await load.progress();
      expect(await cluster.leader()).not.toBe(leader);
      await leader.start();
    });
    expect(violations).toEqual([]);
    expect(journal.counts).toMatchObject({ 'search HIT': expect.any(Number) });
  });

  it('the leader is paused beyond its session and woken: positions stay unique and contiguous', async () => {
    const { violations } = await underLoad(cluster, {}, async (load) => {
      const leader = await cluster.leader();
      const [other] = cluster.others(leader);
      leader.pause();
      await waitFor(async () => (await other!.eventStats()).leader, { what: 'another leader' });
      await load.progress();
      leader.resume();
      await load.progress();
      expect(await cluster.leader()).toBe(other);
    });
    expect(violations).toEqual([]);
  });

  it('the leader is killed with acknowledged writes that have no position yet: its successor gives them theirs', async () => {
    const { violations } = await underLoad(cluster, {}, async (load) => {
      const leader = await cluster.leader();
      const gate = await closeSequencing(cluster.postgres);
      const acknowledged = load.journal.acknowledged.length;
      await load.progress();
      await leader.kill();
      await gate.open();
      expect(load.journal.acknowledged.length).toBeGreaterThan(acknowledged);
    });
    expect(violations).toEqual([]);
  });

  it('one after the other is killed, again and again', async () => {
    const { violations } = await underLoad(cluster, {}, async (load) => {
      for (let round = 0; round < 2; round += 1) {
        const victim = cluster.instances[round % 2]!;
        await load.progress(30);
        await victim.kill();
        await load.progress(30);
        await victim.start();
      }
    });
    expect(violations).toEqual([]);
  });
});
