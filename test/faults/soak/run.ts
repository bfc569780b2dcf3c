import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { verifyLog } from '../../../src/cli/verify-log.js';
import { audit, Cluster, Load, WatchedConsumers } from '../../support/cluster/index.js';
import { findRedis } from '../../support/redis-server.js';
import { type Fault, FAULTS } from './faults.js';
import { Memory } from './memory.js';

const USAGE = `Usage: npm run soak -- [--minutes 10] [--instances 3]
  Breaks something at random under load, again and again; ends with 1 if any guarantee was broken.`;

/** Faults that one load goes through before it is audited. */
const FAULTS_A_ROUND = 3;
/** Rounds on one log; an audit reads all of it. */
const ROUNDS_A_DAY = 20;

interface Totals {
  rounds: number;
  faults: number;
  acknowledged: number;
  unknown: number;
  searches: number;
  hits: number;
  reconnects: number;
  stalest: number;
  violations: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, instances: { type: 'string', default: '3' } },
  });
  const [minutes, instances] = [Number(values.minutes), Number(values.instances)];
  if (!(minutes > 0) || !(instances >= 1)) throw new TypeError(USAGE);
  process.env.TEST_REDIS_COMMAND ??= await findRedis();
  const until = performance.now() + minutes * 60_000;
  const memory = new Memory();
  const totals: Totals = {
    rounds: 0,
    faults: 0,
    acknowledged: 0,
    unknown: 0,
    searches: 0,
    hits: 0,
    reconnects: 0,
    stalest: 0,
    violations: 0,
  };
  while (performance.now() < until) {
    const cluster = await Cluster.start({
      instances,
      instance: () => WatchedConsumers.instance,
      start: false,
    });
    try {
      await WatchedConsumers.prepare(cluster);
      await cluster.heal();
      const consumers = await WatchedConsumers.start(cluster);
      for (let round = 0; round < ROUNDS_A_DAY && performance.now() < until; round += 1) {
        await runRound(cluster, consumers, memory, totals);
      }
      await consumers.stop();
    } finally {
      await cluster.dispose();
    }
  }
  summarize(totals, memory);
  return totals.violations > 0 ? 1 : 0;
}

async function runRound(cluster: Cluster, consumers: WatchedConsumers, memory: Memory, totals: Totals): Promise<void> {
  const faults = Array.from({ length: FAULTS_A_ROUND }, () => FAULTS[Math.floor(Math.random() * FAULTS.length)]!);
  const began = performance.now();
  const load = await Load.start(cluster);
  const violations: string[] = [];
  try {
    for (const fault of faults) {
      await fault.run(cluster, load);
      await cluster.repair();
      await load.progress();
      await memory.sample(cluster);
    }
    await load.stop();
    violations.push(...(await audit(cluster, load, allowanceOf(faults))));
    violations.push(...(await consumers.audit()), ...(await checkProjections(cluster)));
  } catch (error) {
    violations.push(error instanceof Error ? error.message : String(error));
  } finally {
    load.close();
  }
  const { journal, listeners } = load;
  totals.rounds += 1;
  totals.faults += faults.length;
  totals.acknowledged += journal.acknowledged.length;
  totals.unknown += journal.unknownPrices.size;
  for (const [outcome, count] of Object.entries(journal.counts)) {
    if (!outcome.startsWith('search ')) continue;
    totals.searches += count;
    if (outcome === 'search HIT') totals.hits += count;
  }
  totals.reconnects += listeners.reduce((sum, { reconnects }) => sum + reconnects, 0);
  totals.stalest = Math.max(totals.stalest, ...journal.stale.map(({ age }) => age));
  totals.violations += violations.length;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const verdict = violations.length === 0 ? 'ok' : 'BROKEN';
  say(`${verdict} ${seconds} s, ${journal.acknowledged.length} writes: ${faults.map(({ name }) => name).join('; ')}`);
  if (violations.length === 0) return;
  for (const violation of violations) say(`   ${violation}`);
  for (const { name, output } of cluster.instances) say(`   ${name} wrote last: ${output.slice(-1_000)}`);
}

/** G13: what is made of the log is what the log says, at its position. */
async function checkProjections({ postgres }: Cluster): Promise<string[]> {
  const { projections } = await postgres.query((client) => verifyLog(client));
  return projections.flatMap(({ name, position, differences }) =>
    differences.map(
      ({ table, rows, example }) => `${name} at ${position}: ${table} differs in ${rows} rows: ${example}`,
    ),
  );
}

function allowanceOf(faults: readonly Fault[]): { staleness: number; refetch: boolean } {
  return {
    staleness: Math.max(...faults.map(({ staleness = 0 }) => staleness)),
    refetch: faults.some(({ refetch = false }) => refetch),
  };
}

function summarize(totals: Totals, memory: Memory): void {
  const { rounds, faults, acknowledged, unknown, searches, hits, reconnects, stalest, violations } = totals;
  say('');
  say(`${rounds} rounds, ${faults} faults, ${violations} violations`);
  say(
    `${acknowledged} writes acknowledged, ${unknown} of unknown outcome; ${searches} searches, ${hits} from the cache`,
  );
  say(`${reconnects} reconnections of sockets; stalest search ${Math.round(stalest)} ms behind an acknowledgement`);
  for (const line of memory.summary()) say(line);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof TypeError ? error.message : String((error as Error).stack)}\n`);
    process.exit(2);
  },
);
