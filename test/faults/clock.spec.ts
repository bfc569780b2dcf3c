import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, ensureBuilt, type LinkedInstance, underLoad } from '../support/cluster/index.js';
import { waitFor } from '../support/processes.js';

const MINUTES = 60_000;

/** The wall clock of one instance jumps, as when somebody sets it or NTP corrects it. */
describe('under load', () => {
  let directory: string;
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    directory = await mkdtemp(join(tmpdir(), 'mandi-clock-'));
    for (const index of [0, 1]) await writeFile(clockFile(index), '0');
    cluster = await Cluster.start({
      instances: 2,
      instance: (index) => ({
        preload: [join(process.cwd(), 'test/support/cluster/shifted-clock.mjs')],
        env: { CLOCK_FILE: clockFile(index) },
      }),
    });
  }, 60_000);
  afterAll(async () => {
    await cluster.dispose();
    await rm(directory, { recursive: true });
  });

  const clockFile = (index: number): string => join(directory, String(index));
  const setClock = async (instance: LinkedInstance, offset: number): Promise<void> => {
    await writeFile(clockFile(cluster.instances.indexOf(instance)), String(offset));
    instance.signal('SIGUSR2');
  };

  it.each(['the leader', 'a follower'])('the clock of %s jumps: order and searches stay right', async (who) => {
    const { violations } = await underLoad(cluster, {}, async (load) => {
      const leader = await cluster.leader();
      const victim = who === 'the leader' ? leader : cluster.others(leader)[0]!;
      for (const offset of [10 * MINUTES, -10 * MINUTES, 0]) {
        await setClock(victim, offset);
        await load.progress(100);
        const hits = load.journal.counts['search HIT'] ?? 0;
        await waitFor(() => (load.journal.counts['search HIT'] ?? 0) > hits + 10, { what: 'the cache to be used' });
      }
    });
    expect(violations).toEqual([]);
  });

  it('a clock that was set back stops neither the heartbeat nor the lease', async () => {
    const leader = await cluster.leader();
    await setClock(leader, -10 * MINUTES);
    // Longer than the lease lives: it is there only because it has been renewed since.
    const began = performance.now();
    const lease = async (): Promise<boolean> => {
      const { body } = await cluster.client.send<{ lease: { held: boolean } }>('GET', `${leader.url}/api/cache/stats`);
      return body.lease.held;
    };
    await waitFor(async () => !(await lease()) || performance.now() - began > 11_000, {
      timeoutMs: 12_000,
      everyMs: 200,
      what: 'a lease and a half',
    });
    expect(await lease()).toBe(true);
  });
});
