import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { startEmbeddedPostgres } from '../../src/infra/postgres/embedded/index.js';
import { Child, nowMs, usageOf } from './children.js';
import type { Arrivals } from './clients.process.js';
import { startProduct } from './product.js';
import { BURST, startPlain, type Subject } from './subject.js';

const CLIENTS = 1_000;
const ROUNDS = 3;
const CHANGES_PER_SECOND = 40;
const CHANGES = 60;
const WARM_UP = 20;
/** Milliseconds of bursts, after one that is not counted. */
const BURSTS_FOR = 1_500;
/** Bursts under way at once, so that the server never waits for the clients' report. */
const IN_FLIGHT = 2;

interface Figures {
  deliveriesPerSecond: number;
  serverMicrosPerDelivery: number;
  p50Ms: number;
  p99Ms: number;
  bytesPerConnection: number;
}

/**
 * One room with a thousand clients: the product, which writes to PostgreSQL first, beside servers that do nothing but
 * broadcast the same bytes. Servers take turns, each round with fresh processes; the figures are medians.
 */
export async function measureRealtime(): Promise<Record<string, string | number>[]> {
  const given = process.env.DATABASE_URL;
  const dataDir = given === undefined ? await mkdtemp(join(tmpdir(), 'mandi-bench-')) : undefined;
  const postgres = dataDir === undefined ? undefined : await startEmbeddedPostgres({ dataDir });
  const clients = await Child.start('./clients.process.ts');
  const rounds: Record<string, Figures[]> = { product: [], 'socket.io': [], ws: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const product = await startProduct(given ?? postgres!.url);
      const sample: readonly InventoryEvent[] = product.sample;
      rounds.product!.push(await measure(product, clients));
      for (const server of ['socket.io', 'ws'] as const) {
        rounds[server]!.push(await measure(await startPlain(server, sample), clients));
      }
    }
  } finally {
    await clients.stop();
    await postgres?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  }
  return Object.entries(rounds).map(([server, figures]) => ({ server, ...medians(figures) }));
}

async function measure(subject: Subject, clients: Child): Promise<Figures> {
  try {
    const before = await usageOf(subject.pid);
    await clients.ask({ kind: 'connect', url: subject.url, count: CLIENTS, dialect: subject.dialect });
    const connected = await usageOf(subject.pid);
    const latency = await measureLatency(subject, clients);
    const throughput = await measureThroughput(subject, clients);
    const bytesPerConnection = (connected.residentBytes - before.residentBytes) / CLIENTS;
    return { ...throughput, ...latency, bytesPerConnection };
  } finally {
    await clients.ask({ kind: 'close' });
    await subject.stop();
  }
}

/** From the write's request (the product) or the emit (the others) to each client. */
async function measureLatency(subject: Subject, clients: Child): Promise<Pick<Figures, 'p50Ms' | 'p99Ms'>> {
  // The first ones find cold code.
  for (let change = 0; change < WARM_UP; change += 1) await subject.change(500 + change);
  await clients.ask({ kind: 'until', deliveries: WARM_UP * CLIENTS });
  await clients.ask({ kind: 'watch' });
  const began: Promise<number>[] = [];
  for await (const _ of every(1_000 / CHANGES_PER_SECOND)) {
    began.push(subject.change(1_000 + began.length));
    if (began.length === CHANGES) break;
  }
  const times = await Promise.all(began);
  await clients.ask({ kind: 'until', deliveries: (WARM_UP + CHANGES) * CLIENTS });
  const arrivals = await clients.ask<Arrivals>({ kind: 'arrivals' });
  const latencies = arrivals.times.map((time, index) => time - times[arrivals.numbers[index]! - 1_000]!).sort();
  const quantile = (part: number): number => latencies[Math.floor(latencies.length * part)]!;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

async function measureThroughput(
  subject: Subject,
  clients: Child,
): Promise<Pick<Figures, 'deliveriesPerSecond' | 'serverMicrosPerDelivery'>> {
  const ofBurst = BURST * CLIENTS;
  const already = (WARM_UP + CHANGES) * CLIENTS;
  let price = 10_000;
  const burst = (): Promise<void> => subject.burst((price += 1));
  const until = (bursts: number) => clients.ask({ kind: 'until', deliveries: already + bursts * ofBurst });
  await burst();
  await until(1);

  const usage = await usageOf(subject.pid);
  const began = nowMs();
  let sent = 1;
  let received = 1;
  const writing: Promise<void>[] = [];
  while (nowMs() - began < BURSTS_FOR || received < sent) {
    while (sent - received < IN_FLIGHT && nowMs() - began < BURSTS_FOR) {
      sent += 1;
      writing.push(writing.length > 0 ? writing.at(-1)!.then(burst) : burst());
    }
    if (received < sent) await until((received += 1));
  }
  await Promise.all(writing);
  const deliveries = (received - 1) * ofBurst;
  const used = (await usageOf(subject.pid)).cpuMicros - usage.cpuMicros;
  return {
    deliveriesPerSecond: (deliveries / (nowMs() - began)) * 1_000,
    serverMicrosPerDelivery: used / deliveries,
  };
}

function medians(rounds: readonly Figures[]): Record<keyof Figures, number> {
  const median = (key: keyof Figures): number =>
    rounds.map((round) => round[key]).sort((one, other) => one - other)[Math.floor(rounds.length / 2)]!;
  return {
    deliveriesPerSecond: Math.round(median('deliveriesPerSecond')),
    serverMicrosPerDelivery: Number(median('serverMicrosPerDelivery').toFixed(2)),
    p50Ms: Number(median('p50Ms').toFixed(1)),
    p99Ms: Number(median('p99Ms').toFixed(1)),
    bytesPerConnection: Math.round(median('bytesPerConnection')),
  };
}
