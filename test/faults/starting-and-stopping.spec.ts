import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, ensureBuilt, underLoad } from '../support/cluster/index.js';

/** Milliseconds an orderly end may take. */
const END_WITHIN = 10_000;

describe('instances', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2, start: false });
  }, 60_000);
  afterAll(() => cluster.dispose());

  it('start at once on an empty database: one schema, one log, one leader', async () => {
    for (let round = 0; round < 2; round += 1) {
      await cluster.heal();
      const stats = await Promise.all(cluster.instances.map((instance) => instance.eventStats()));
      expect(new Set(stats.map(({ epoch }) => epoch)).size).toBe(1);
      if (round === 1) break;
      await Promise.all(cluster.instances.map((instance) => instance.kill()));
      await cluster.postgres.emptyDatabase();
    }
    const { violations } = await underLoad(cluster, {}, () => Promise.resolve());
    expect(violations).toEqual([]);
  });

  /**
   * Clients go on as they would behind a load balancer: a request whose connection is refused, or reset before any
   * answer, goes to the other instance if sending it twice does no harm (all but creations and deletions, which are
   * sent again only when refused). Then every answer that anybody gets is a success.
   */
  it('are restarted one after the other under load: no request fails, no event is lost', async () => {
    const { violations, journal } = await underLoad(cluster, { retry: true, timeoutMs: 10_000 }, async (load) => {
      for (const instance of cluster.instances) {
        const began = performance.now();
        expect(await instance.terminate()).toBe(0);
        expect(performance.now() - began).toBeLessThan(END_WITHIN);
        await load.progress();
        await instance.start();
        await load.progress();
      }
    });
    expect(violations).toEqual([]);
    expect(Object.keys(journal.counts).filter((outcome) => / [45]\d\d$|TIMED_OUT/.test(outcome))).toEqual([]);
  });
});
