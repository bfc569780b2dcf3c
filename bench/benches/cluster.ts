import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Cluster } from 'ioredis';
import type { EventNeeds } from '../../src/events/bus/event-needs.js';
import { InProcessEventBus } from '../../src/events/bus/in-process-event-bus.js';
import { NoticeAssembly } from '../../src/events/bus/notice-assembly.js';
import { decodeNotices, encodeNotices } from '../../src/events/bus/notices-format.js';
import { vendorChannel, VENDOR_CHANNELS } from '../../src/events/content-channels.js';
import { DeliveryCounts } from '../../src/events/delivery/delivery-counts.js';
import { EventBridge } from '../../src/events/delivery/event-bridge.js';
import { EventListeners } from '../../src/events/delivery/event-listeners.js';
import { EventsMetrics } from '../../src/events/events.metrics.js';
import { LeaderWord } from '../../src/events/invalidation/leader-word.js';
import { FollowedChannels } from '../../src/events/followed-channels.js';
import { EventBatch } from '../../src/events/log/event-batch.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import type { LogHistory } from '../../src/events/log/log-history.js';
import { Clock, Metrics } from '../../src/infra/index.js';
import { redisClusterCache } from '../../src/search-cache/redis/redis-cluster-cache.js';
import type { Listing } from '../../src/search-cache/scopes/scope-names.js';
import { scopesBesideTexts } from '../../src/search-cache/scopes/scopes-of-events.js';
import { tokensOf } from '../../test/support/cache-engines.js';
import { anEvent } from '../../test/support/events.js';
import { waitFor } from '../../test/support/processes.js';
import { type RedisCluster, startRedisCluster } from '../../test/support/redis-cluster.js';
import { clusterNetwork, EVERYTHING } from '../../test/support/redis-network.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, type Row, rounded } from '../support/report.js';
import { median } from '../support/rounds.js';
import { replicaWaits } from './replica-waits.js';

const EPOCH = '4f4b1b5e-0c7e-4e3c-9a63-0b8f6f1f3a11';
const VENDORS = Array.from({ length: 1_000 }, (_none, index) => `vnd_${index}`);
/** Events of each measurement of the bus, each in a message of its own. */
const EVENTS = 500;
/** Events of which each measurement is that nothing needs. */
const UNNEEDED = 50_000;
const LISTINGS = 256;
/** Of a page. */
const SCOPES = 25;
const AT_ONCE = 32;

/**
 * A Redis Cluster of one master and of three: what the bus brings to 2, 8 and 32 instances that have all rooms or a
 * tenth, and how many pages the cache answers and puts out of date. All of it on one machine, so masters share its
 * processors. And what an event costs an instance that has no use for it, and how many misses wait for a replica of
 * PostgreSQL.
 */
export async function cluster(run: BenchRun): Promise<BenchResult> {
  // Connections that are closed in the middle of something say so.
  Logger.overrideLogger(['error']);
  const rows: Row[] = [];
  for (const masters of [1, 3]) {
    await run.part(async () => {
      // A node that has met no other one doesn't know its address.
      const redis = await startRedisCluster(['--cluster-announce-ip', '127.0.0.1'], { masters, copied: false });
      run.defer(() => redis.stop());
      for (const instances of [2, 8, 32]) {
        for (const rooms of ['all', 'a tenth'] as const) {
          const bytes = await bytesOfEvents(redis, instances, rooms === 'all' ? 1 : 10);
          rows.push({ bench: 'cluster', masters, instances, rooms, unit: 'bytes an event and instance', ours: bytes });
        }
      }
      for (const size of [1, 100]) {
        const cost = await costOfPublishing(redis, size);
        rows.push({ bench: 'cluster', masters, unit: `µs an event that is published, ${size} in a batch`, ours: cost });
      }
      const { reads, renewals } = await cacheRates(redis, run.milliseconds);
      rows.push({ bench: 'cluster', masters, unit: 'reads/s', ours: reads });
      rows.push({ bench: 'cluster', masters, unit: 'renewals/s', ours: renewals });
    });
  }
  for (const size of [1, 10, 100]) {
    const costs: number[] = [];
    for (let round = -1; round < run.options.rounds; round += 1) {
      const cost = await costOfUnneeded(size);
      if (round >= 0) costs.push(cost);
    }
    const unit = `µs an event that nothing needs, ${size} in a message`;
    const ours = rounded(median(costs));
    rows.push({ bench: 'cluster', unit, ours, reach: '≤ 2', met: ours <= 2 });
  }
  rows.push(...(await run.part(() => replicaWaits(run))));
  return { rows };
}

/** @param share each instance has the rooms of one vendor of so many */
async function bytesOfEvents(redis: RedisCluster, instances: number, share: number): Promise<number> {
  const network = clusterNetwork(redis.env);
  try {
    const members = await Promise.all(
      Array.from({ length: instances }, (_none, index) => {
        const own = VENDORS.filter((_id, at) => at % share === index % share);
        const channels = share === 1 ? VENDOR_CHANNELS : new Set(own.map(vendorChannel)).size;
        return network.join(share === 1 ? EVERYTHING : roomsOf(own), channels);
      }),
    );
    const counts = members.map(() => 0);
    members.forEach(({ bus }, index) =>
      bus.subscribe((message) => {
        if (message.kind === 'events') counts[index]! += message.batch.headers.length;
        else if (message.kind === 'notices') counts[index]! += message.entries.length;
      }),
    );
    const before = members.map((member) => member.bytesHeard());
    for (let position = 1; position <= EVENTS; position += 1) {
      const vendorId = VENDORS[(position * 7) % VENDORS.length]!;
      const event = anEvent({ epoch: EPOCH, position, vendorId, category: `category-${position % 40}` });
      await members[0]!.bus.publish({ kind: 'events', batch: EventBatch.of([event]) });
    }
    await waitFor(() => counts.every((count) => count === EVENTS), { what: 'all events', timeoutMs: 30_000 });
    const bytes = members.reduce((sum, member, index) => sum + member.bytesHeard() - before[index]!, 0);
    return Math.round(bytes / EVENTS / instances);
  } finally {
    await network.close();
  }
}

/** Of the leader's processor time, µs, from events at hand to Redis' answers, all that this process does for it. */
async function costOfPublishing(redis: RedisCluster, size: number): Promise<number> {
  const network = clusterNetwork(redis.env);
  try {
    const { bus } = await network.join(NOTHING, 0);
    const batches = Array.from({ length: (5 * EVENTS) / size }, (_none, batch) =>
      EventBatch.of(
        Array.from({ length: size }, (_one, index) => {
          const position = batch * size + index + 1;
          const vendorId = VENDORS[(position * 7) % VENDORS.length]!;
          return anEvent({ epoch: EPOCH, position, vendorId, category: `category-${position % 40}` });
        }),
      ),
    );
    const publish = async (some: readonly EventBatch[]): Promise<void> => {
      for (const batch of some) await bus.publish({ kind: 'events', batch });
    };
    // The client connects to each master when it has something for it.
    await publish(batches.splice(0, EVENTS / size));
    const began = process.cpuUsage();
    await publish(batches);
    const { user, system } = process.cpuUsage(began);
    return rounded((user + system) / (4 * EVENTS));
  } finally {
    await network.close();
  }
}

const NOTHING: EventNeeds = { needs: () => false, everything: false, followed: [] };

function roomsOf(vendorIds: readonly string[]): EventNeeds {
  const followed = new FollowedChannels();
  for (const vendorId of vendorIds) followed.add(vendorChannel(vendorId));
  return { needs: (notice) => followed.has(notice), everything: false, followed: [followed] };
}

async function cacheRates(redis: RedisCluster, milliseconds: number): Promise<{ reads: number; renewals: number }> {
  const nodes = redis.nodes.map(({ server: { host, port } }) => ({ host, port }));
  const client = new Cluster(nodes, { redisOptions: { commandTimeout: 2_000 } });
  client.setMaxListeners(200);
  await waitFor(() => client.status === 'ready', { what: 'the client' });
  const owner = { epoch: EPOCH, channel: 'bench' };
  const cache = redisClusterCache(client, () => owner, 2 * LISTINGS, 300, new Metrics(), new Clock());
  try {
    await cache.clear();
    if (!(await cache.renewLease())) throw new Error('no lease');
    const listings = Array.from({ length: LISTINGS }, (_none, index): Listing => {
      return { vendor: `vnd_${index}`, category: 'vegetables' };
    });
    const scopesOf = (index: number): string[] =>
      Array.from({ length: SCOPES }, (_none, scope) => `scope ${scope} of ${index}`);
    const changes = listings.map(({ vendor }) => [anEvent({ vendorId: vendor })]);
    const body = Buffer.alloc(14_000, 'a');
    const read = (index: number) => cache.read(`page ${index}`, scopesOf(index), listings[index]!);
    for (let index = 0; index < LISTINGS; index += 1) {
      const page = { body: Buffer.concat([body, Buffer.from(String(index))]), etag: `"${index}"` };
      await cache.fill(`page ${index}`, page, tokensOf(await read(index)), [], listings[index]);
    }
    const reads = await rateOf(milliseconds, (turn) => read(turn % LISTINGS));
    const renewals = await rateOf(milliseconds, (turn) =>
      cache.invalidateWatched((isWatched) => [...scopesBesideTexts(changes[turn % LISTINGS]!, isWatched)]),
    );
    return { reads, renewals };
  } finally {
    client.disconnect();
  }
}

/** Times a second, by 32 at once. */
async function rateOf(milliseconds: number, work: (turn: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let turns = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() - began < milliseconds) await work((turns += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return rounded((turns / (performance.now() - began)) * 1_000);
}

/** From the bytes of a message to its passing by, in µs of processor time. @param size events of a message */
async function costOfUnneeded(size: number): Promise<number> {
  const log = { epoch: EPOCH, head: () => Promise.resolve({ epoch: EPOCH, position: 0 }) } as unknown as EventLog;
  const history = {
    reached: () => undefined,
    contradicts: () => false,
    look: () => Promise.resolve(),
    due: false,
  } as unknown as LogHistory;
  const metrics = new Metrics();
  const followed = new FollowedChannels();
  for (const vendorId of VENDORS) followed.add(vendorChannel(vendorId));
  const listeners = new EventListeners(new EventEmitter2());
  listeners.add(() => undefined, { needed: () => true, follows: () => followed });
  for (const follows of ['none', 'none'] as const)
    listeners.add(() => undefined, { needed: () => true, follows: () => follows });
  for (let other = 0; other < 2; other += 1) listeners.add(() => undefined, { needed: () => false });
  const bus = new InProcessEventBus();
  const assembly = new NoticeAssembly(
    (notice) => listeners.needs(notice),
    (message) => void bus.publish(message),
  );
  const clock = new Clock();
  const eventsMetrics = new EventsMetrics(metrics, log);
  const [counts, word] = [new DeliveryCounts(), new LeaderWord(clock)];
  const bridge = new EventBridge(bus, log, listeners, counts, eventsMetrics, metrics, clock, history, word);
  await bridge.onApplicationBootstrap();
  // Of a channel that isn't followed.
  const others = Array.from({ length: 2_000 }, (_none, index) => `other_${index}`);
  const vendorId = others.find((id) => !new Set(followed.channels).has(vendorChannel(id)))!;
  const occurredAt = new Date().toISOString();
  const messages = Array.from({ length: Math.ceil(UNNEEDED / size) }, (_none, message) =>
    encodeNotices(
      EPOCH,
      Array.from({ length: size }, (_one, index) => {
        return anEvent({ epoch: EPOCH, position: message * size + index + 1, vendorId, occurredAt });
      }),
    ),
  );
  let fed = 0;
  const began = process.cpuUsage();
  for (const bytes of messages) {
    assembly.take({ kind: 'notices', ...decodeNotices(bytes, 0)! });
    // What takes longer than a slice goes on in the next turn.
    fed += size;
    while (bridge.cursor.position < fed) await endOfTurn();
  }
  const { user, system } = process.cpuUsage(began);
  if (bridge.cursor.position !== messages.length * size) throw new Error('not all events went by');
  bridge.onModuleDestroy();
  metrics.registry.clear();
  return (user + system) / (messages.length * size);
}
