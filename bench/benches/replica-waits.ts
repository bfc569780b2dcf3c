import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresPair } from '../../test/support/postgres-pair.js';
import { waitFor } from '../../test/support/processes.js';
import { replicaReadsIn } from '../../test/support/reads-after-writes.js';
import { pick, randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { type Row, rounded } from '../support/report.js';
import { productIds, seedProducts } from '../support/seed.js';
import type { Server } from '../support/server.js';

const PRODUCTS = 5_000;
const VENDORS = PRODUCTS / 50;
const READERS = 16;
/** Changes of price a second, over both instances. */
const RATES = [10, 100, 400] as const;
const BY_REPLICA: readonly string[] = ['at_once', 'after_a_wait'];

/**
 * A primary with a replica that streams, and two instances: of searches that aren't in the cache, while prices are
 * changed, the share that had to wait for the replica, and the share that the primary answered in its place.
 */
export async function replicaWaits(run: BenchRun): Promise<Row[]> {
  const pair = await startPostgresPair();
  run.defer(() => pair.stop());
  const redis = await run.redis();
  const options = { databaseUrl: pair.primary.url, redis, env: { DATABASE_REPLICA_URLS: pair.replica.url } };
  const first = await run.server(options);
  await seedProducts(pair.primary.url, PRODUCTS);
  const servers = [first, await run.server(options)];
  await waitFor(async () => (await Promise.all(servers.map(usesReplica))).every(Boolean), {
    what: 'the replica to be in use',
    timeoutMs: 30_000,
  });
  const rows: Row[] = [];
  for (const perSecond of RATES) {
    const before = await readsOf(servers);
    await readAndWrite(servers, perSecond, run.milliseconds);
    const reads = await readsOf(servers);
    const since = (result: string): number => (reads[result] ?? 0) - (before[result] ?? 0);
    const all = Object.keys(reads).reduce((sum, result) => sum + since(result), 0);
    const byReplica = BY_REPLICA.reduce((sum, result) => sum + since(result), 0);
    const of = `of ${all} misses, ${perSecond} changes/s`;
    rows.push(
      { bench: 'cluster', unit: `share that waits for a replica, ${of}`, ours: rounded(since('after_a_wait') / all) },
      { bench: 'cluster', unit: `share that the primary answers, ${of}`, ours: rounded(1 - byReplica / all) },
    );
  }
  return rows;
}

async function readAndWrite(servers: readonly Server[], perSecond: number, milliseconds: number): Promise<void> {
  const random = randomOf(perSecond);
  const ids = productIds(PRODUCTS);
  const until = performance.now() + milliseconds;
  const reader = async (): Promise<void> => {
    while (performance.now() < until) {
      const vendor = `vnd_${(1 + Math.floor(random() * VENDORS)).toString(16).padStart(32, '0')}`;
      const query = `vendorId=${vendor}&sort=price_asc&limit=${20 + Math.floor(random() * 80)}`;
      await pick(servers, random).api('GET', `/products/search?${query}`);
    }
  };
  const writes: Promise<unknown>[] = [];
  const writer = async (): Promise<void> => {
    const began = performance.now();
    for (let number = 0; performance.now() < until; number += 1) {
      const id = pick(ids, random);
      writes.push(pick(servers, random).api('PATCH', `/products/${id}`, { basePrice: 100 + (number % 900) }));
      await sleep(Math.max(0, began + ((number + 1) * 1_000) / perSecond - performance.now()));
    }
  };
  await Promise.all([writer(), ...Array.from({ length: READERS }, reader)]);
  await Promise.all(writes);
}

async function metricsOf({ url }: Server): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function usesReplica(server: Server): Promise<boolean> {
  return /^database_replica_usable\{replica="1"\} 1$/m.test(await metricsOf(server));
}

const readsOf = async (servers: readonly Server[]): Promise<Record<string, number>> =>
  replicaReadsIn(await Promise.all(servers.map(metricsOf)));
