import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { MovedEvents } from '../../src/events/log/moved-events.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { StoppedClock, startBridge, type TestBridge } from '../support/bridge.js';
import { ChaosEventBus } from '../support/chaos-event-bus.js';
import { type Instance, startTestLog, type TestLog } from '../support/event-log.js';
import { contiguous, newEvents, positionsOf } from '../support/events.js';
import { GatedLog } from '../support/gated-log.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

describe('the bridge', () => {
  let testLog: TestLog;
  let leader: Instance;
  let log: GatedLog;
  let bus: ChaosEventBus;
  let clock: StoppedClock;
  let running: TestBridge;
  let start: number;

  beforeAll(async () => {
    testLog = await startTestLog();
    leader = testLog.instance();
  });
  afterAll(() => testLog.close());
  beforeEach(async () => {
    log = new GatedLog(testLog.sql, new MovedEvents(testLog.sql));
    await log.onModuleInit();
    bus = new ChaosEventBus();
    clock = new StoppedClock();
    start = (await log.head()).position;
    running = await startBridge(bus, log, clock);
  });
  afterEach(() => running.stop());

  const record = (count: number) => testLog.record(leader, newEvents(count));
  const publish = async (events: Awaited<ReturnType<typeof record>>) =>
    bus.publish({ kind: 'events', batch: EventBatch.of(events) });
  const heartbeat = async () => bus.publish({ kind: 'heartbeat', head: await log.head() });
  const arrived = async (count: number): Promise<void> => {
    await waitFor(() => running.delivered.length >= count, { timeoutMs: 8_000, what: `${count} events` });
    expect(positionsOf(running.delivered)).toEqual(contiguous(start, start + count));
  };

  it('delivers in the very tick in which the bus brings the next event', async () => {
    const [event] = await record(1);
    running.bridge.accept(EventBatch.of([event!]));
    expect(running.delivered).toEqual([event]);
    expect(running.bridge.cursor).toEqual({ epoch: log.epoch, position: start + 1 });
    expect(await running.repairs()).toBe(0);
  });

  it('gives nothing again, and nothing of the time before its start', async () => {
    const events = await record(3);
    await publish(events);
    await publish(events.slice(0, 2));
    await publish(await log.read(0, 1_000));
    await arrived(3);
  });

  it('parses nothing while nobody listens, and counts it as delivered all the same', async () => {
    running.ignore();
    const events = await record(3);
    const unread = EventBatch.ofJson(log.epoch, events, Buffer.from('neither JSON nor looked at'));
    running.bridge.accept(unread);
    running.bridge.accept(unread);
    expect(running.bridge.cursor).toEqual({ epoch: log.epoch, position: start + 3 });
    expect(await running.observed()).toEqual([3, 3]);
    running.listen();
    const [event] = await record(1);
    running.bridge.accept(EventBatch.of([event!]));
    expect(running.delivered).toEqual([event]);
    expect(await running.observed()).toEqual([4, 4]);
    expect(log.reads).toBe(0);
  });

  it('fills a gap though nobody listens', async () => {
    running.ignore();
    await publish((await record(5)).slice(3));
    await waitFor(() => running.bridge.cursor.position === start + 5, { what: 'the last event' });
    expect([await running.observed(), running.delivered]).toEqual([[5, 5], []]);
  });

  it('fills a gap from the log as soon as a later event shows it', async () => {
    const events = await record(5);
    await publish(events.slice(3));
    await arrived(5);
    expect(await running.repairs()).toBe(1);
  });

  it('learns from a heartbeat that the last message was lost', async () => {
    await record(2);
    await heartbeat();
    await arrived(2);
  });

  it('reads nothing for a heartbeat that tells nothing new', async () => {
    await publish(await record(1));
    const { reads } = log;
    await heartbeat();
    await arrived(1);
    expect(log.reads).toBe(reads);
  });

  it('polls the log when the bus says it is away, and when it says nothing for too long', async () => {
    await record(1);
    bus.connected = false;
    await arrived(1);
    bus.connected = true;
    await waitFor(() => !log.reading, { what: 'the reads under way' });
    await record(1);
    clock.time += 1_600;
    await arrived(2);
  });

  it('takes no other database’s leader for its own', async () => {
    await record(1);
    clock.time += 1_600;
    await bus.publish({ kind: 'heartbeat', head: { epoch: newEventId(), position: start } });
    await arrived(1);
  });

  it('asks again at once when it hears of more while it reads', async () => {
    await record(1);
    log.hold();
    await heartbeat();
    await waitFor(() => log.held > 0, { what: 'the read' });
    // The read has its snapshot. What it can't see is lost on the bus, and one heartbeat tells of it.
    await record(1);
    await heartbeat();
    log.release();
    await arrived(2);
  });

  it('keeps what arrives while a read finds the log at its end', async () => {
    log.hold();
    bus.connected = false;
    await waitFor(() => log.held > 0, { what: 'the read' });
    bus.connected = true;
    await publish(await record(1));
    await publish(await record(2));
    log.release();
    await arrived(3);
    expect(await running.repairs()).toBe(0);
  });

  it('takes batches beyond what it keeps in memory', async () => {
    const events = await record(10_100);
    await publish(events);
    await arrived(10_100);
  });

  it('loses nothing of what overflows the queue while it reads', async () => {
    const events = await record(10);
    log.hold();
    bus.connected = false;
    await waitFor(() => log.held > 0, { what: 'the read' });
    bus.connected = true;
    const more = await record(10_000);
    await publish(events.slice(1));
    await publish(more);
    log.release();
    await arrived(10_010);
  });

  it('is not led astray by positions beyond the log, nor by another epoch', async () => {
    const [event] = await record(1);
    await publish([{ ...event!, position: start + 1_000 }]);
    await publish([{ ...event!, epoch: newEventId(), position: start + 1 }]);
    await arrived(1);
    await publish(await record(1));
    await arrived(2);
    const { reads } = log;
    await publish(await record(1));
    await arrived(3);
    expect(log.reads).toBe(reads);
  });

  it('goes on when the log can be read again', async () => {
    await record(2);
    log.broken = true;
    await heartbeat();
    await waitFor(() => log.reads > 0 && !log.reading, { what: 'a read that fails' });
    expect(running.delivered).toEqual([]);
    log.broken = false;
    await arrived(2);
  });

  it('delivers nothing after it was stopped', async () => {
    running.stop();
    await publish(await record(1));
    await heartbeat();
    expect([running.delivered, log.reads]).toEqual([[], 0]);
  });
});
