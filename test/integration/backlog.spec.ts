import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { InventoryEvent, NewInventoryEvent } from '../../src/contracts/index.js';
import { loadConfig } from '../../src/config/index.js';
import { EventsMetrics } from '../../src/events/events.metrics.js';
import { MovedEvents } from '../../src/events/log/moved-events.js';
import { EventPublisher } from '../../src/events/publisher/event-publisher.js';
import { Backlog } from '../../src/events/relay/backlog.js';
import type { InvalidatableCache } from '../../src/events/event-reaction.js';
import { CacheInvalidation } from '../../src/events/invalidation/cache-invalidation.js';
import { FreshnessLease } from '../../src/events/invalidation/freshness-lease.js';
import { UnreachedCache } from '../../src/events/invalidation/unreached-cache.js';
import { SEQUENCE_BATCH } from '../../src/events/sequencer/sequence-events.sql.js';
import { Metrics } from '../../src/infra/index.js';
import { StoppedClock, startBridge, type TestBridge } from '../support/bridge.js';
import { ChaosEventBus } from '../support/chaos-event-bus.js';
import { append, type Instance, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, contiguous, newEvents, positionsOf } from '../support/events.js';
import { GatedLog } from '../support/gated-log.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

const COUNT = 3 * SEQUENCE_BATCH + 7;

/** A cache that notes how far the log had positions when it was asked, and answers when the test lets it. */
class WatchedCache implements InvalidatableCache {
  readonly cleared: number[] = [];
  /** Of each renewal: the log's last position, and the last one whose pages are out of date. */
  readonly renewed: [number, number][] = [];
  private done = 0;
  readonly invalidated: NewInventoryEvent[][] = [];
  reachable = true;
  gate: Promise<void> = Promise.resolve();

  constructor(private readonly head: () => Promise<number>) {}

  async clear(): Promise<boolean> {
    const head = await this.head();
    this.cleared.push(head);
    await this.gate;
    if (this.reachable) this.done = head;
    return this.reachable;
  }

  async invalidate(events: readonly NewInventoryEvent[]): Promise<boolean> {
    const head = await this.head();
    this.invalidated.push([...events]);
    await this.gate;
    if (this.reachable) this.done = head;
    return this.reachable;
  }

  async renewLease(): Promise<boolean> {
    await settled(this.head);
    this.renewed.push([await this.head(), this.done]);
    return this.reachable;
  }
}

/** Whatever can go ahead has done so by the time that many statements have been there and back. */
async function settled(head: () => Promise<number>): Promise<void> {
  for (let time = 0; time < 50; time += 1) await head();
}

/** Positions are given ahead of publishing, but never ahead of invalidation (G2, G4, G5). */
describe('the relay of a backlog', () => {
  let testLog: TestLog;
  let leader: Instance;
  let log: GatedLog;
  let cache: WatchedCache;
  let invalidation: CacheInvalidation;
  let clock: StoppedClock;
  let running: TestBridge;
  let backlog: Backlog;
  let published: InventoryEvent[];
  /** Of each heartbeat: how far it says the log reaches, and how many events had been published by then. */
  let told: [number, number][];

  const head = async (): Promise<number> => (await testLog.log.head()).position;

  beforeEach(async () => {
    testLog = await startTestLog();
    leader = testLog.instance();
    log = new GatedLog(testLog.sql, new MovedEvents(testLog.sql));
    await log.onModuleInit();
    cache = new WatchedCache(head);
    invalidation = new CacheInvalidation();
    invalidation.register(cache);
    clock = new StoppedClock();
    const unreached = new UnreachedCache(loadConfig({}), invalidation, leader.leadership);
    const lease = new FreshnessLease(invalidation, leader.leadership, unreached, clock);
    const bus = new ChaosEventBus();
    published = [];
    told = [];
    bus.subscribe((message) => {
      if (message.kind === 'events') published.push(...message.batch.events);
      if (message.kind === 'heartbeat') told.push([message.head.position, published.length]);
    });
    running = await startBridge(bus, log, clock);
    const metrics = new EventsMetrics(new Metrics(), log);
    const publisher = new EventPublisher(bus, running.bridge, log, metrics, clock);
    backlog = new Backlog(leader.sequencer, lease, publisher, log, leader.pending);
    await leader.sequencer.sequence();
    // Trusted from here on, as after the first batch.
    await lease.keep(performance.now());
    cache.cleared.length = 0;
  });
  afterEach(async () => {
    running.stop();
    await testLog.close();
  });

  const delivered = (count: number) =>
    waitFor(() => running.delivered.length >= count, { timeoutMs: 8_000, what: `${count} events` });

  it('delivers and publishes every event once, in order, as it can be read', async () => {
    await append(testLog.client, newEvents(COUNT - 1));
    await append(testLog.client, [aNewEvent({ occurredAt: '2026-01-05T06:30:00.120Z', category: 'a "quoted" दाल' })]);
    await backlog.relay(() => true);
    expect(positionsOf(published)).toEqual(contiguous(0, COUNT));
    expect(running.delivered).toEqual(published);
    expect(published.slice(-10)).toEqual(await testLog.log.read(COUNT - 10, 10));
    expect(await running.repairs()).toBe(0);
  });

  it('numbers nothing more while a batch is not invalidated, and publishes nothing of it', async () => {
    await append(testLog.client, newEvents(COUNT));
    let open = (): void => undefined;
    cache.gate = new Promise((resolve) => (open = resolve));
    const relaying = backlog.relay(() => true);
    await waitFor(() => cache.cleared.length > 0, { what: 'the first batch to be invalidated' });
    await settled(head);
    expect([await head(), published, running.delivered]).toEqual([SEQUENCE_BATCH, [], []]);
    open();
    await relaying;
    expect(published).toHaveLength(COUNT);
  });

  it('numbers the next batch while one is still to be read', async () => {
    await append(testLog.client, newEvents(COUNT));
    log.hold();
    const relaying = backlog.relay(() => true);
    await waitFor(async () => (await head()) === 2 * SEQUENCE_BATCH, { what: 'the second batch to be numbered' });
    expect(published).toEqual([]);
    log.release();
    await relaying;
    expect(positionsOf(published)).toEqual(contiguous(0, COUNT));
  });

  const relayWhileTimePasses = async (): Promise<void> => {
    const time = setInterval(() => (clock.time += 1_000), 1);
    await backlog.relay(() => true).finally(() => clearInterval(time));
  };

  it('tells nobody of a position before its event is published', async () => {
    await append(testLog.client, newEvents(COUNT));
    await relayWhileTimePasses();
    expect(told.length).toBeGreaterThan(1);
    for (const [position, count] of told) expect(position).toBeLessThanOrEqual(count);
  });

  it('renews the lease only when everything that has a position is invalidated', async () => {
    await append(testLog.client, newEvents(COUNT));
    await relayWhileTimePasses();
    expect(cache.cleared).toEqual([1_000, 2_000, 3_000]);
    expect(cache.renewed.length).toBeGreaterThan(2);
    for (const [reached, done] of cache.renewed) expect(reached).toBe(done);
  });

  it('gives no word for a cache it can not reach, and clears it before it gives it again', async () => {
    await append(testLog.client, newEvents(COUNT));
    cache.reachable = false;
    await backlog.relay(() => true);
    expect(cache.renewed).toEqual([[0, 0]]);
    expect(positionsOf(published)).toEqual(contiguous(0, COUNT));
    cache.reachable = true;
    // Tried once a second.
    clock.time += 1_000;
    cache.cleared.length = 0;
    await append(testLog.client, newEvents(1));
    await backlog.relay(() => true);
    expect(cache.cleared).toEqual([COUNT + 1]);
    expect(cache.renewed).toEqual([
      [0, 0],
      [COUNT + 1, COUNT + 1],
    ]);
  });

  it('leaves the caches alone when the writers have seen to them, and names the scopes of a few events', async () => {
    const events = newEvents(SEQUENCE_BATCH);
    await append(testLog.client, events);
    invalidation.markDone(events.map(({ eventId }) => eventId));
    await backlog.relay(() => true);
    expect([cache.cleared, cache.invalidated]).toEqual([[], []]);

    const more = newEvents(SEQUENCE_BATCH);
    await append(testLog.client, more);
    invalidation.markDone(more.slice(3).map(({ eventId }) => eventId));
    await backlog.relay(() => true);
    expect(cache.cleared).toEqual([]);
    expect(cache.invalidated.map((some) => some.map(({ eventId }) => eventId))).toEqual([
      more.slice(0, 3).map(({ eventId }) => eventId),
    ]);
    expect(published).toHaveLength(2 * SEQUENCE_BATCH);
  });

  it('has everybody read for himself what it can not read', async () => {
    await append(testLog.client, newEvents(COUNT));
    log.broken = true;
    const relaying = backlog.relay(() => true);
    await relaying;
    expect([published, running.delivered]).toEqual([[], []]);
    log.broken = false;
    clock.time += 2_000;
    await delivered(COUNT);
    expect(positionsOf(running.delivered)).toEqual(contiguous(0, COUNT));
  });

  it('clears the caches for events it can neither read nor take for invalidated', async () => {
    await append(testLog.client, newEvents(3));
    log.broken = true;
    await backlog.relay(() => true);
    expect([cache.cleared, cache.invalidated]).toEqual([[3], []]);
  });

  it('announces what it has numbered before it stops', async () => {
    await append(testLog.client, newEvents(COUNT));
    let asked = 0;
    await backlog.relay(() => (asked += 1) < 2);
    expect(await head()).toBe(2 * SEQUENCE_BATCH);
    expect(positionsOf(published)).toEqual(contiguous(0, 2 * SEQUENCE_BATCH));
  });

  it('leads on however long it takes', async () => {
    await append(testLog.client, newEvents(COUNT));
    const clear = cache.clear.bind(cache);
    cache.clear = () => sleep(1_500).then(clear);
    await backlog.relay(() => true);
    expect(positionsOf(published)).toEqual(contiguous(0, COUNT));
    expect(leader.leadership.held).toBe(true);
  }, 15_000);

  it('stops when it leads no more, even if nobody else does', async () => {
    await append(testLog.client, newEvents(COUNT));
    log.hold();
    const relaying = backlog.relay(() => true);
    await waitFor(async () => (await head()) === 2 * SEQUENCE_BATCH, { what: 'the second batch to be numbered' });
    await leader.leadership.release();
    log.release();
    await relaying;
    expect(positionsOf(published)).toEqual(contiguous(0, published.length));
    expect([await head(), leader.leadership.held]).toEqual([2 * SEQUENCE_BATCH, false]);
  });
});
