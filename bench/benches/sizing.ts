import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRun } from '../support/bench-run.js';
import { Child, usageOf } from '../support/children.js';
import { query } from '../support/database.js';
import type { BenchResult } from '../support/report.js';
import type { Server } from '../support/server.js';

const SIZES = [0, 100_000, 1_000_000];
const CLIENTS = 2_000;
/** Rooms that each client joins beside its first, as a live search does. */
const ROOMS = 10;
const PAGES = 10_000;
/** Milliseconds in which a process does what it has put off, and collects its garbage. */
const SETTLE = 5_000;
const MIB = 2 ** 20;

interface Sized {
  [name: string]: number;
}

/** What an operator has to provide for: memory of the server and of PostgreSQL, and disk, by what grows. */
export async function sizing(run: BenchRun): Promise<BenchResult> {
  const clients = await Child.start(new URL('../realtime/clients.process.ts', import.meta.url));
  run.defer(() => clients.stop());
  const rows = [];
  for (const products of SIZES) {
    const sized = await run.part(() => sizeOf(run, products, clients));
    for (const [name, ours] of Object.entries(sized)) {
      rows.push({ bench: `sizing, ${products.toLocaleString('en')}: ${name}`, unit: 'MiB', ours });
    }
  }
  return { rows };
}

/** In MiB. What sockets and rooms take doesn't depend on the products, and is measured without any. */
async function sizeOf(run: BenchRun, products: number, clients: Child): Promise<Sized> {
  const databaseUrl = await run.database(products);
  const server = await run.server({ databaseUrl });
  const [{ bytes }] = (await query<{ bytes: string }>(
    databaseUrl,
    'SELECT pg_database_size(current_database()) AS bytes',
  )) as [{ bytes: string }];
  const sized: Sized = { disk: rounded(Number(bytes)), idle: await resident(server) };
  if (products === 0) {
    const url = server.url.replace('http', 'ws');
    await clients.ask({ kind: 'connect', url, count: CLIENTS, dialect: 'socket.io' });
    sized[`${CLIENTS} sockets`] = await resident(server);
    await clients.ask({ kind: 'rooms', each: ROOMS });
    sized[`with ${ROOMS} rooms each`] = await resident(server);
    await clients.ask({ kind: 'close' });
    return sized;
  }
  for (const q of ['', 'potato', 'aloo', 'प्याज', 'tomato nasik', 'xyzzy'])
    await search(server, { q, sort: 'price_asc' });
  sized.searched = await resident(server);
  for (let page = 0; page < PAGES; page += 1) await search(server, { minPrice: String(10 + page / 100) });
  sized[`${PAGES} cached pages`] = await resident(server);
  sized.PostgreSQL = await ofPostgres(databaseUrl);
  return sized;
}

async function search({ url, token }: Server, parameters: Record<string, string>): Promise<void> {
  const asked = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/products/search?${asked}`, { headers });
  if (!answer.ok) throw new Error(`${asked}: ${answer.status}`);
  await answer.arrayBuffer();
}

const rounded = (bytes: number): number => Math.round(bytes / MIB);

async function resident({ pid }: Server): Promise<number> {
  await sleep(SETTLE);
  return rounded((await usageOf(pid)).residentBytes);
}

/** Of all its processes; what they share counts once. */
async function ofPostgres(databaseUrl: string): Promise<number> {
  const [{ folder }] = (await query<{ folder: string }>(
    databaseUrl,
    "SELECT current_setting('data_directory') AS folder",
  )) as [{ folder: string }];
  const parent = Number.parseInt(await readFile(`${folder}/postmaster.pid`, 'utf8'), 10);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parts = await Promise.all(
    pids.map(async (other) => {
      try {
        const stat = await readFile(`/proc/${other}/stat`, 'utf8');
        const above = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        if (Number(other) !== parent && above !== parent) return 0;
        return 1024 * Number(/^Pss:\s+(\d+) kB$/m.exec(await readFile(`/proc/${other}/smaps_rollup`, 'utf8'))![1]);
      } catch {
        // It has ended.
        return 0;
      }
    }),
  );
  return rounded(parts.reduce((sum, part) => sum + part, 0));
}
