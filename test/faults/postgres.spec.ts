import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, underLoad } from '../support/cluster/index.js';
import { fillDisk } from '../support/cluster/database-faults.js';
import { expectUnavailable } from '../support/cluster/unavailable.js';
import { waitFor } from '../support/processes.js';

/** PostgreSQL restarted, gone, silent or full, while clients write, search and listen. */
describe('under load', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 60_000);
  afterEach(() => cluster.heal());
  afterAll(() => cluster.dispose());

  it.each(['fast', 'immediate'] as const)('PostgreSQL is restarted (-m %s)', async (mode) => {
    const { violations } = await underLoad(cluster, {}, async (load) => {
      await cluster.postgres.stop(mode);
      await cluster.postgres.start();
      await load.progress();
    });
    expect(violations).toEqual([]);
  });

  it('connections to PostgreSQL are cut in the middle of writes: no success is told that is none', async () => {
    const { violations, journal } = await underLoad(cluster, {}, async (load) => {
      for (let round = 0; round < 20; round += 1) {
        await load.progress(5);
        cluster.instances[round % 2]!.postgres.cut();
      }
    });
    expect(violations).toEqual([]);
    expect(journal.counts).toMatchObject({ 'PATCH 503': expect.any(Number) });
  });

  it('PostgreSQL is gone: everything is refused at once and in time, and it heals', async () => {
    const { violations } = await underLoad(cluster, {}, async () => {
      await cluster.postgres.stop('immediate');
      await expectUnavailable(cluster);
      await cluster.postgres.start();
    });
    expect(violations).toEqual([]);
  });

  it('PostgreSQL hangs: everything is refused in less than 10 s, and it heals', async () => {
    const { violations } = await underLoad(cluster, { refetch: true }, async () => {
      await cluster.postgres.pause();
      await expectUnavailable(cluster);
      await cluster.postgres.resume();
    });
    expect(violations).toEqual([]);
  });

  it("the leader's packets to PostgreSQL are swallowed: another one leads", async () => {
    const { violations } = await underLoad(cluster, { refetch: true }, async (load) => {
      const leader = await cluster.leader();
      const [other] = cluster.others(leader);
      leader.postgres.stall();
      await waitFor(async () => (await other!.eventStats()).leader, { what: 'another leader' });
      await load.progress();
      await leader.postgres.restore();
    });
    expect(violations).toEqual([]);
  });

  it('the disk is full: writes are refused, searches go on, and it heals', async () => {
    const { violations } = await underLoad(cluster, {}, async ({ journal }) => {
      const disk = await fillDisk(cluster.postgres);
      const refused = () => (journal.counts['PATCH 503'] ?? 0) > 20;
      await waitFor(refused, { what: 'writes to be refused' });
      for (const { url } of cluster.instances) {
        const search = await cluster.client.send('GET', `${url}/api/products/search?sort=newest&limit=7`);
        expect(search.status).toBe(200);
      }
      await disk.mend();
    });
    expect(violations).toEqual([]);
  });
});
