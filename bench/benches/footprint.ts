import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchRun } from '../support/bench-run.js';
import { Child, endOf, usageOf } from '../support/children.js';
import { temporaryDataDir } from '../support/database.js';
import { type BenchResult, compare, rounded, type Row } from '../support/report.js';
import { median } from '../support/rounds.js';
import { bannerUrl, Server } from '../support/server.js';

const BARE = fileURLToPath(new URL('../ceilings/bare-server.mjs', import.meta.url));
const CLIENTS = 1_000;
const CACHED_PAGES = 5_000;
const REACH = 1.3;
/** Milliseconds after the start in which a process does what it has put off. */
const SETTLE = 3_000;

interface Footprint {
  startMs: number;
  idleBytes: number;
  bytesPerConnection: number;
}

interface Running {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

/** Memory and start-up of the server process, beside Nest on Fastify with Socket.IO that does nothing. */
export async function footprint(run: BenchRun): Promise<BenchResult> {
  const clients = await Child.start(new URL('../realtime/clients.process.ts', import.meta.url));
  run.defer(() => clients.stop());
  const databaseUrl = await run.database();
  const ours: Footprint[] = [];
  const bare: Footprint[] = [];
  const embedded: { coldMs: number; warmMs: number; idleBytes: number }[] = [];
  for (let round = 0; round < run.options.rounds; round += 1) {
    ours.push(await footprintOf(() => Server.start({ databaseUrl }), clients));
    bare.push(await footprintOf(startBare, clients));
    embedded.push(await embeddedStart());
  }
  const row = (bench: string, unit: string, of: (one: Footprint) => number): Row =>
    compare({ bench, unit, rounds: { ours: ours.map(of), ceiling: bare.map(of) }, reach: REACH, better: 'lower' });
  const middle = (of: (one: (typeof embedded)[number]) => number): number => rounded(median(embedded.map(of)));
  return {
    rows: [
      row('footprint, idle', 'MiB', ({ idleBytes }) => idleBytes / 2 ** 20),
      row('footprint, connection', 'bytes', ({ bytesPerConnection }) => bytesPerConnection),
      row('footprint, start', 'ms', ({ startMs }) => startMs),
      { bench: 'footprint, embedded: idle', unit: 'MiB', ours: middle(({ idleBytes }) => idleBytes / 2 ** 20) },
      { bench: 'footprint, embedded: cold start', unit: 'ms', ours: middle(({ coldMs }) => coldMs) },
      { bench: 'footprint, embedded: warm start', unit: 'ms', ours: middle(({ warmMs }) => warmMs) },
      await cachedPages(run, databaseUrl),
    ],
    details: { rounds: { ours, bare, embedded } },
  };
}

async function footprintOf(start: () => Promise<Running>, clients: Child): Promise<Footprint> {
  const began = performance.now();
  const server = await start();
  const startMs = performance.now() - began;
  try {
    await sleep(SETTLE);
    const idle = await usageOf(server.pid);
    const url = server.url.replace('http', 'ws');
    await clients.ask({ kind: 'connect', url, count: CLIENTS, dialect: 'socket.io' });
    await sleep(SETTLE);
    const connected = await usageOf(server.pid);
    const bytesPerConnection = (connected.residentBytes - idle.residentBytes) / CLIENTS;
    return { startMs, idleBytes: idle.residentBytes, bytesPerConnection };
  } finally {
    await clients.ask({ kind: 'close' });
    await server.stop();
  }
}

async function startBare(): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, [BARE], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { pid: child.pid!, url: await bannerUrl(child.stdout!), stop: () => endOf(child, 'SIGTERM') };
}

/** The embedded start with an empty data directory, which makes a cluster, and again with what is there. */
async function embeddedStart(): Promise<{ coldMs: number; warmMs: number; idleBytes: number }> {
  const dataDir = await temporaryDataDir();
  const start = async (): Promise<{ server: Server; took: number }> => {
    const began = performance.now();
    const server = await Server.start({ env: { DATA_DIR: dataDir } });
    return { server, took: performance.now() - began };
  };
  try {
    const cold = await start();
    await cold.server.stop();
    const warm = await start();
    await sleep(SETTLE);
    const { residentBytes } = await usageOf(warm.server.pid);
    await warm.server.stop();
    return { coldMs: cold.took, warmMs: warm.took, idleBytes: residentBytes };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Has a process collect its garbage when it gets this signal: what is left is what is kept. */
const COLLECT = 'SIGUSR2';
const COLLECTING = `--expose-gc --import=data:text/javascript,process.on('${COLLECT}',()=>gc())`;

/**
 * Memory that a cached page takes beside the bytes it consists of; what the system has lent for it is too noisy to
 * tell.
 */
async function cachedPages(run: BenchRun, databaseUrl: string): Promise<Row> {
  const env = { NODE_OPTIONS: COLLECTING };
  const server = await run.server({ databaseUrl, env });
  const load = async (from: number): Promise<number> => {
    let bytes = 0;
    for (let page = from; page < from + CACHED_PAGES; page += 1) {
      const response = await fetch(`${server.url}/api/products/search?minPrice=${10 + page / 100}`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      bytes += (await response.arrayBuffer()).byteLength;
    }
    return bytes / CACHED_PAGES;
  };
  const kept = async (): Promise<number> => {
    process.kill(server.pid, COLLECT);
    await sleep(SETTLE);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(metrics)![1]);
    return value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes');
  };
  await load(0);
  const before = await kept();
  const bytes = await load(CACHED_PAGES);
  const after = await kept();
  const perPage = (after - before) / CACHED_PAGES;
  return {
    bench: 'footprint, cached page',
    unit: 'bytes',
    ours: Math.round(perPage),
    ceiling: Math.round(bytes),
    ratio: rounded(perPage / bytes),
    reach: `≤ ${REACH}`,
    met: perPage <= bytes * REACH,
  };
}
