import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { createApplication } from '../../src/application.js';
import { loadConfig } from '../../src/config/index.js';
import type { ConsumerContext, EventConsumerHandler } from '../../src/consumers/index.js';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { withConsumers } from '../../test/support/consumers.js';
import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import type { BenchRun } from '../support/bench-run.js';
import { query } from '../support/database.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import { seedEvents } from '../support/seed.js';
import { atTheHead, besideWrites } from './consume-beside.js';

const EVENTS = 200_000;
/** Events a second that are handled at least, however slow the machine. */
const SLOWEST = 500;
/** Events of one statement, of ours and of the ceiling. */
const BATCH = 500;

/** The effect of both: how often each product has changed. */
const COUNT = {
  name: 'bench-count-changes',
  text: `INSERT INTO change_counts (product_id, changes)
         SELECT product_id, count(*)::int FROM unnest($1::text[]) AS product_id GROUP BY product_id
         ON CONFLICT (product_id) DO UPDATE SET changes = change_counts.changes + excluded.changes`,
};
/** Each projection has its first build, and the newest seal lies behind no more than it must. */
const SETTLED = `
  SELECT count(DISTINCT p.consumer) > 1 AND min(p.position) = $1
         AND (SELECT max(last) FROM log_segments) >= $1::int - 20000 AS settled
  FROM consumer_partitions p`;
const TABLE = 'CREATE TABLE change_counts (product_id text PRIMARY KEY, changes integer NOT NULL)';

/**
 * Catching up a log with an effect in SQL, exactly once and with four checkpoints, beside reading the same log with
 * COPY and the same effect as one statement for 500 events, without any checkpoint. The projections and the seals of
 * the log are up with it before, so that the server has nothing else to do. Then a consumer that has caught up, and
 * what writers notice of several.
 */
export async function consume(run: BenchRun): Promise<BenchResult> {
  const log = await run.database();
  const events = run.options.events ?? EVENTS;
  await seedEvents(log, events, true);
  await withClient(log, (client) => client.query(TABLE));
  await settle(log, events);
  const withCopy = (work: (url: string) => Promise<number>): Promise<number> =>
    run.part(async () => work(await run.copyOf(log)));
  const rounds = await alternate(
    run.options.rounds,
    () => withCopy((url) => consumed(url, events)),
    () => withCopy((url) => withClient(url, (client) => copied(client, events))),
  );
  const head = await atTheHead(run);
  const beside = await run.part(() => besideWrites(run));
  return {
    rows: [
      compare({ bench: 'consume', unit: 'events/s', rounds, reach: 0.7, better: 'higher' }),
      head.row,
      ...beside.rows,
    ],
    details: { rounds, events, head: { p99: head.rounds, p50: head.medians }, beside: beside.details },
  };
}

const most = (events: number): number => Math.max(300_000, (events / SLOWEST) * 1_000);

/** Has a server do all that is to be done with a log before a consumer of it is measured. */
async function settle(databaseUrl: string, events: number): Promise<void> {
  const env = { LOG_LEVEL: 'fatal', JWT_SECRET: randomUUID(), DATABASE_URL: databaseUrl };
  const app = await createApplication(loadConfig(env), databaseUrl);
  try {
    const isSettled = async (): Promise<boolean> =>
      (await query<{ settled: boolean }>(databaseUrl, SETTLED, [events]))[0]!.settled;
    await waitFor(isSettled, { timeoutMs: most(events), everyMs: 200, what: 'projections and seals' });
  } finally {
    await app.close();
  }
}

/** Events a second from the first one that is handled to the last. */
async function consumed(databaseUrl: string, all: number): Promise<number> {
  let began = 0;
  let handled = 0;
  const counter: EventConsumerHandler = {
    handle: () => Promise.reject(new Error('All are handled in batches')),
    async handleBatch(events: readonly InventoryEvent[], { sql }: ConsumerContext): Promise<void> {
      began ||= performance.now();
      await sql.query(COUNT, [events.map(({ productId }) => productId)]);
      handled += events.length;
    },
  };
  const consumer = { name: 'counter', effect: 'sql' as const, eventTypes: ['price_changed'] as const, ...counter };
  const env = { LOG_LEVEL: 'fatal', JWT_SECRET: randomUUID(), DATABASE_URL: databaseUrl };
  const app = await withConsumers([consumer], () => createApplication(loadConfig(env), databaseUrl));
  try {
    await waitFor(() => handled >= all, { timeoutMs: most(all), everyMs: 5, what: 'all events' });
    return (all / (performance.now() - began)) * 1_000;
  } finally {
    await app.close();
  }
}

async function copied(client: pg.Client, events: number): Promise<number> {
  const began = performance.now();
  let handled = 0;
  for (let after = 0; after < events; after += BATCH) {
    const where = `position > ${after} AND position <= ${after + BATCH}`;
    const rows = client.query(
      copyTo(`COPY (SELECT product_id, product FROM inventory_events WHERE ${where}) TO STDOUT`),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of rows) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString('utf8').trimEnd().split('\n');
    await client.query({ ...COUNT, values: [lines.map((line) => line.slice(0, line.indexOf('\t')))] });
    handled += lines.length;
  }
  return (handled / (performance.now() - began)) * 1_000;
}
