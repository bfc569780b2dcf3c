import { setInterval as every } from 'node:timers/promises';
import type { BenchRun } from '../support/bench-run.js';
import { Child, nowMs, usageOf } from '../support/children.js';
import { type BenchResult, compare, type Row } from '../support/report.js';
import { median } from '../support/rounds.js';
import type { Arrivals } from './clients.process.js';
import { startProduct } from './product.js';
import { BURST, startPlain, type Subject } from './subject.js';

const CLIENTS = 1_000;
const CHANGES_PER_SECOND = 40;
const CHANGES = 120;
const WARM_UP = 40;
/** Bursts under way at once, so that the server never waits for the clients' report. */
const IN_FLIGHT = 2;
const PLAIN = ['socket.io', 'ws'] as const;

type Figures = Record<string, number>;
type Measure = (subject: Subject, clients: Child) => Promise<Figures>;

/**
 * From commit (the product) or emit (plain Socket.IO) to each of a thousand clients in one room. PostgreSQL tells the
 * time of the commit if `track_commit_timestamp` is on, else it is the sending of the request, which is earlier.
 */
export async function push(run: BenchRun): Promise<BenchResult> {
  const measuredFrom = new Set<string>();
  const figures = await inTurns(run, async (subject, clients) => {
    const { of, ...latency } = await measureLatency(subject, clients);
    measuredFrom.add(of);
    return latency;
  });
  const { rows, details } = result('push', 'ms, p99', figures, 'p99Ms', { reach: 1.5, better: 'lower' });
  return { rows, details: { ...details, measuredFrom: [...measuredFrom] } };
}

/** Most notifications a second to a thousand clients in one room. */
export async function fanout(run: BenchRun): Promise<BenchResult> {
  const figures = await inTurns(run, (subject, clients) => measureThroughput(subject, clients, run.milliseconds));
  return result('fanout', 'notifications/s', figures, 'deliveriesPerSecond', { reach: 1, better: 'higher' });
}

/**
 * The product, which writes to PostgreSQL first, beside servers that do nothing but broadcast the same bytes. Each
 * round has fresh processes, which warm up before they are measured.
 */
async function inTurns(run: BenchRun, measure: Measure): Promise<Record<string, Figures[]>> {
  const clients = await Child.start(new URL('./clients.process.ts', import.meta.url));
  const figures: Record<string, Figures[]> = { product: [], 'socket.io': [], ws: [] };
  try {
    for (let round = 0; round < run.options.rounds; round += 1) {
      const sample = await run.part(async () => {
        const product = await startProduct(run);
        figures.product!.push(await measureOne(product, clients, measure));
        return product.sample;
      });
      for (const server of PLAIN) {
        figures[server]!.push(await measureOne(await startPlain(server, sample), clients, measure));
      }
    }
  } finally {
    await clients.stop();
  }
  return figures;
}

async function measureOne(subject: Subject, clients: Child, measure: Measure): Promise<Figures> {
  try {
    await clients.ask({ kind: 'connect', url: subject.url, count: CLIENTS, dialect: subject.dialect });
    return await measure(subject, clients);
  } finally {
    await clients.ask({ kind: 'close' });
    await subject.stop();
  }
}

async function measureLatency(subject: Subject, clients: Child) {
  // The first ones find cold code.
  for (let change = 0; change < WARM_UP; change += 1) await subject.change(500 + change);
  await clients.ask({ kind: 'until', deliveries: WARM_UP * CLIENTS });
  await subject.times();
  await clients.ask({ kind: 'watch' });
  const changing: Promise<void>[] = [];
  for await (const _ of every(1_000 / CHANGES_PER_SECOND)) {
    changing.push(subject.change(1_000 + changing.length));
    if (changing.length === CHANGES) break;
  }
  await Promise.all(changing);
  await clients.ask({ kind: 'until', deliveries: (WARM_UP + CHANGES) * CLIENTS });
  const arrivals = await clients.ask<Arrivals>({ kind: 'arrivals' });
  const { times, of } = await subject.times();
  const latencies = arrivals.times.map((time, index) => time - times[arrivals.numbers[index]! - 1_000]!).sort();
  const quantile = (part: number): number => latencies[Math.floor(latencies.length * part)]!;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), of };
}

async function measureThroughput(subject: Subject, clients: Child, milliseconds: number): Promise<Figures> {
  const ofBurst = BURST * CLIENTS;
  let price = 10_000;
  const burst = (): Promise<void> => subject.burst((price += 1));
  const until = (bursts: number) => clients.ask({ kind: 'until', deliveries: bursts * ofBurst });
  await burst();
  await until(1);

  const usage = await usageOf(subject.pid);
  const began = nowMs();
  let sent = 1;
  let received = 1;
  const writing: Promise<void>[] = [];
  while (nowMs() - began < milliseconds || received < sent) {
    while (sent - received < IN_FLIGHT && nowMs() - began < milliseconds) {
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

function result(
  bench: string,
  unit: string,
  figures: Record<string, Figures[]>,
  measured: string,
  target: { reach: number; better: 'higher' | 'lower' },
): BenchResult {
  const of = (server: string): number[] => figures[server]!.map((round) => round[measured]!);
  const rounds = { ours: of('product'), ceiling: of('socket.io') };
  const row: Row = { ...compare({ bench, unit, rounds, ...target }), ws: Math.round(median(of('ws')) * 10) / 10 };
  return { rows: [row], details: { rounds: figures } };
}
