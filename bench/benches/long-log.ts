import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { compactTable, sealSegments } from '../../src/log-archive/index.js';
import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import { pick, randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { usageOf } from '../support/children.js';
import { query } from '../support/database.js';
import { LONG, PRODUCTS_OF_LOG, seedLog } from '../support/long-log.js';
import { searchOf, share, timesOf, untilProjected } from '../support/past.js';
import { type BenchResult, rounded, type Row } from '../support/report.js';
import { productIds } from '../support/seed.js';
import type { Server } from '../support/server.js';

const VERIFY = fileURLToPath(new URL('../../dist/commands/verify.js', import.meta.url));
/** Requests that are counted. */
const PRODUCTS_ASKED = 1_000;
const SEARCHES = 400;
const MIB = 2 ** 20;
/** Milliseconds between two looks at the memory of the server. */
const LOOK_EVERY = 20;

const HOT = `SELECT pg_total_relation_size('inventory_events')::float8 AS bytes, count(*)::float8 AS events
             FROM inventory_events`;
const SEALED = `SELECT pg_total_relation_size('log_segments')::float8 AS bytes, max(last)::float8 AS events
                FROM log_segments`;
const LEFT = `SELECT l.moved_up_to::float8 AS "movedUpTo", count(e.position)::float8 AS left
              FROM event_log l LEFT JOIN inventory_events e ON e.position <= l.moved_up_to AND e.product_id IS NOT NULL
              GROUP BY 1`;

/** What a log of 1,000,000 events takes and costs: sizes, the past, an audit of all, the proof, retention. */
export async function longLog(run: BenchRun): Promise<BenchResult> {
  const databaseUrl = await run.database(PRODUCTS_OF_LOG);
  const head = await seedLog(databaseUrl, LONG);
  const rows: Row[] = [];
  const add = (bench: string, unit: string, ours: number, reach: number): void =>
    void rows.push({ bench, unit, ours: rounded(ours), reach: `≤ ${reach}`, met: ours <= reach });

  const sealing = await seconds(() => withClient(databaseUrl, (client) => sealSegments(client)));
  rows.push({ bench: 'seal', unit: 's', ours: rounded(sealing) });
  const [hot, sealed] = [await sizeOf(databaseUrl, HOT), await sizeOf(databaseUrl, SEALED)];
  rows.push({ bench: 'an event, hot', unit: 'bytes', ours: rounded(hot) });
  rows.push({ bench: 'an event, sealed', unit: 'bytes', ours: rounded(sealed) });
  add('sealed beside hot', '', sealed / hot, 0.15);

  const server = await run.server({ databaseUrl });
  const projecting = await seconds(() => untilProjected(server, head));
  rows.push({ bench: 'projections', unit: 'events/s', ours: rounded(head / projecting) });
  await query(databaseUrl, 'VACUUM ANALYZE');
  const random = randomOf(1);
  const ids = productIds(PRODUCTS_OF_LOG);
  const moment = (): string => `asOf=${Math.ceil(head * random())}`;
  const pasts: [string, number, number, () => string][] = [
    ['product as of', PRODUCTS_ASKED, 10, () => `/api/products/${pick(ids, random)}?${moment()}`],
    ['search as of', SEARCHES, 100, () => `/api/products/search?${searchOf(random)}&${moment()}`],
  ];
  for (const [bench, count, reach, path] of pasts) {
    await timesOf(server, count / 10, path);
    const times = await timesOf(server, count, path);
    add(`${bench}, p99`, 'ms', share(times, 0.99), reach);
    rows.push({ bench: `${bench}, p50`, unit: 'ms', ours: rounded(share(times, 0.5)) });
  }
  for (const type of ['text/csv', 'application/x-ndjson']) {
    const { took, lines, grown } = await exported(server, type);
    if (lines < head) throw new Error(`${type} has ${lines} lines of ${head} events`);
    add(`audit as ${type}, memory`, 'MiB', grown / MIB, 64);
    rows.push({ bench: `audit as ${type}`, unit: 's', ours: rounded(took) });
  }
  add('verify', 's', await seconds(() => verified(databaseUrl)), 60);
  await server.stop();

  const retaining = await run.server({ databaseUrl, env: { LOG_RETENTION: '1' } });
  const moving = await seconds(() => moved(databaseUrl, head));
  rows.push({ bench: 'retention', unit: 'events/s', ours: rounded((await leftOf(databaseUrl)).movedUpTo / moving) });
  const compacting = await seconds(() => withClient(databaseUrl, (client) => compactTable(client)));
  rows.push({ bench: 'compaction', unit: 's', ours: rounded(compacting) });
  await retaining.stop();
  const retained = await sizeOf(databaseUrl, HOT);
  add('the table beside one of what is retained', '', retained / (await sizeOfCopy(databaseUrl)), 1.5);
  add('verify, when most has moved', 's', await seconds(() => verified(databaseUrl)), 60);
  return { rows, details: { events: head } };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** Bytes an event. */
async function sizeOf(url: string, text: string): Promise<number> {
  const [row] = await query<{ bytes: number; events: number }>(url, text);
  return row!.bytes / row!.events;
}

async function sizeOfCopy(url: string): Promise<number> {
  await query(url, 'CREATE TABLE fresh_events (LIKE inventory_events INCLUDING ALL)');
  await query(url, 'INSERT INTO fresh_events SELECT * FROM inventory_events ORDER BY seq');
  const size = await sizeOf(url, HOT.replaceAll('inventory_events', 'fresh_events'));
  await query(url, 'DROP TABLE fresh_events');
  return size;
}

/** All of the audit as a file, and how much larger the server has been meanwhile. */
async function exported(
  { url, token, pid }: Server,
  type: string,
): Promise<{ took: number; lines: number; grown: number }> {
  const before = (await usageOf(pid)).residentBytes;
  let most = before;
  const looking = setInterval(() => {
    void usageOf(pid).then(({ residentBytes }) => (most = Math.max(most, residentBytes)));
  }, LOOK_EVERY);
  let lines = 0;
  const took = await seconds(async () => {
    const request = get(`${url}/api/audit`, { headers: { authorization: `Bearer ${token}`, accept: type } });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    for await (const chunk of answer) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  });
  clearInterval(looking);
  return { took, lines, grown: most - before };
}

async function verified(databaseUrl: string): Promise<void> {
  const child = spawn(process.execPath, [VERIFY], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`verify has found differences:\n${output}`);
}

const leftOf = async (url: string): Promise<{ movedUpTo: number; left: number }> =>
  (await query<{ movedUpTo: number; left: number }>(url, LEFT))[0]!;

/** Until all has left the table that may: 100,000 positions stay, and segments have 10,000. */
async function moved(url: string, head: number): Promise<void> {
  const goal = Math.max(0, Math.floor((head - 100_000) / 10_000) * 10_000);
  const isDone = async (): Promise<boolean> => {
    const { movedUpTo, left } = await leftOf(url);
    return movedUpTo >= goal && left === 0;
  };
  await waitFor(isDone, { timeoutMs: 3_600_000, everyMs: 2_000, what: 'the events that leave the table' });
}
