import { io, type Socket } from 'socket.io-client';
import { waitFor } from '../../test/support/processes.js';
import { type BenchRun, PRODUCTS } from '../support/bench-run.js';
import { query } from '../support/database.js';
import { type BenchResult, compare, type Row } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import { productIds } from '../support/seed.js';
import type { Server } from '../support/server.js';

const CONNECTIONS = 64;
const CEILING_LOOPS = 32;
/** Milliseconds after the last reply within which the relay must have caught up, with Redis. */
const CATCH_UP = 2_000;

/** Changes of price, each to its reply, beside one autocommitted statement a change. */
export async function write(run: BenchRun): Promise<BenchResult> {
  const database = await run.database();
  const server = await run.server({ databaseUrl: database });
  const rounds = await measure(run, server);
  return {
    rows: [compare({ bench: 'write', unit: 'changes/s', rounds: rounds.rates, reach: 1, better: 'higher' })],
    details: { rounds },
  };
}

/**
 * The same with Redis between, and a socket in every room that must get each event: first while nobody searches, then
 * when each category and the whole catalogue have been searched, so that every change renews scopes of theirs.
 */
export async function writeRedis(run: BenchRun): Promise<BenchResult> {
  const database = await run.database();
  const server = await run.server({ databaseUrl: database, redis: await run.redis() });
  const categories = await query<{ category: string }>(database, 'SELECT DISTINCT category FROM products');
  const names = categories.map(({ category }) => category);
  const socket = await listenEverywhere(server, database, names);
  run.defer(() => Promise.resolve(void socket.disconnect()));
  let received = 0;
  socket.on('inventory_notification', () => (received += 1));
  const before = await server.settled();
  const unwatched = await run.part(() => measure(run, server));
  await searchEverywhere(server, names);
  // Other draws, or many a price would be what it is already.
  const watched = await run.part(() => measure(run, server, 3));
  const sent = (await server.settled()) - before;
  await waitFor(() => received >= sent, { what: `${sent} notifications, ${received} have come` }).catch(() => null);
  const slowest = Math.max(...unwatched.catchUpMs, ...watched.catchUpMs);
  const complete = received === sent;
  const row = (bench: string, { rates }: typeof watched): Row => {
    const compared = compare({ bench, unit: 'changes/s', rounds: rates, reach: 0.8, better: 'higher' });
    return { ...compared, met: compared.met === true && slowest <= CATCH_UP && complete };
  };
  return {
    rows: [row('write-redis', unwatched), row('write-redis, all categories searched', watched)],
    details: { rounds: { unwatched, watched }, notifications: { sent, received }, slowestCatchUpMs: slowest },
  };
}

async function searchEverywhere(server: Server, categories: readonly string[]): Promise<void> {
  for (const filter of ['', ...categories.map((category) => `?category=${encodeURIComponent(category)}`)]) {
    const headers = { authorization: `Bearer ${server.token}` };
    const { status } = await fetch(`${server.url}/api/products/search${filter}`, { headers });
    if (status !== 200) throw new Error(`A search was answered with ${status}`);
  }
}

async function measure(run: BenchRun, server: Server, seed = 1) {
  const http = await run.httpLoad();
  const ids = productIds(PRODUCTS);
  const work = { kind: 'patch', ids, token: server.token, seed } as const;
  const ours = await http.open('server', server.port, CONNECTIONS, work);
  const ceiling = await run.sqlLoad(await run.database(), CEILING_LOOPS, { kind: 'write', seed: seed + 1 });
  const latencies: number[] = [];
  const catchUpMs: number[] = [];
  const projectedMs: number[] = [];
  let acknowledged = 0;
  const head = await server.settled();
  const rates = await alternate(
    run.options.rounds,
    async () => {
      const { perSecond, done, p99Ms } = await run.profiles.during(() => ours.run(run.milliseconds));
      const ended = performance.now();
      await server.settled();
      catchUpMs.push(Math.round(performance.now() - ended));
      await server.projected();
      projectedMs.push(Math.round(performance.now() - ended));
      latencies.push(p99Ms);
      acknowledged += done;
      return perSecond;
    },
    () => ceiling.run(run.milliseconds).then(({ perSecond }) => perSecond),
  );
  const events = (await server.settled()) - head;
  // A price drawn twice in a row for one product is no change; it is next to never drawn.
  if (acknowledged - events > acknowledged / 1_000) throw new Error(`${acknowledged} writes, but ${events} events`);
  return { rates, p99Ms: latencies, catchUpMs, projectedMs };
}

async function listenEverywhere(server: Server, database: string, categories: readonly string[]): Promise<Socket> {
  const socket = io(`${server.url}/inventory`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { token: server.token },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const [vendor] = await query<{ id: string }>(database, 'SELECT id FROM vendors ORDER BY id LIMIT 1');
  const rooms = [
    { type: 'general' },
    { type: 'vendor', vendorId: vendor!.id },
    ...categories.map((category) => ({ type: 'category', category })),
  ];
  for (const room of rooms) await socket.emitWithAck('subscribe_inventory', room);
  return socket;
}
