import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { BusMessage, EventBus } from '../../src/events/bus/event-bus.js';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { anEvent, contiguous, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { CHANNEL, redisNetwork } from '../support/redis-network.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { beat, beatsOf, type BusNetwork, collect, fence } from './event-bus.contract.js';

Logger.overrideLogger(false);

const FOREIGN: string[] = [
  '',
  'hello',
  '{"kind":',
  'null',
  '42',
  '"wake"',
  '[]',
  '[{"kind":"wake"}]',
  '{}',
  '{"kind":"goodbye"}',
  '{"kind":"__proto__"}',
  '{"kind":"heartbeat"}',
  '{"kind":"heartbeat","head":null}',
  '{"kind":"heartbeat","head":{"epoch":"a"}}',
  '{"kind":"heartbeat","head":{"epoch":"a","position":"3"}}',
  '{"kind":"events"}',
  '{"kind":"events","events":null}',
  '{"kind":"events","events":{"length":1}}',
  '{"kind":"events","events":[null]}',
  '{"kind":"events","events":["x"]}',
  JSON.stringify({ kind: 'events', events: [anEvent(), { ...anEvent(), position: null }] }),
  JSON.stringify({ kind: 'events', events: [{ ...anEvent(), changes: undefined }] }),
  JSON.stringify({ kind: 'events', events: [{ ...anEvent(), epoch: 1 }] }),
];

describe('RedisEventBus and what happens to Redis', () => {
  let redis: TestRedis;
  let network: BusNetwork;
  let bus: EventBus;
  /** Somebody else's connection. */
  let stranger: Redis;

  beforeEach(async () => {
    redis = await startRedis();
    network = redisNetwork(redis);
    bus = await network.open();
    stranger = new Redis({ host: redis.host, port: redis.port, lazyConnect: true });
    stranger.on('error', () => undefined); // Redis is killed on purpose
  });
  afterEach(async () => {
    stranger.disconnect();
    await network.close();
    await redis.stop();
  });

  it('hands out nothing that is foreign, and goes on', async () => {
    const heard = collect(bus);
    for (const text of FOREIGN) await stranger.publish(CHANNEL, text);
    await stranger.publish(CHANNEL, Buffer.from([0xff, 0xfe, 0x00]));
    await stranger.publish(CHANNEL, JSON.stringify(beat('theirs', 1)));
    await waitFor(() => beatsOf(heard, 'theirs').length > 0, { what: 'the message that is ours' });
    expect(heard).toEqual([beat('theirs', 1)]);
  });

  it('knows its own messages again when they come back, and parses those of others', async () => {
    const other = await network.open();
    const [mine, theirs] = [collect(bus), collect(other)];
    const events = [anEvent({ productId: 'prd_onion' })];
    await bus.publish({ kind: 'events', batch: EventBatch.of(events) });
    await waitFor(() => mine.length > 0 && theirs.length > 0, { what: 'the message' });
    expect(mine).toEqual([{ kind: 'events', batch: EventBatch.of(events) }]);
    expect(theirs).toEqual(mine);
    const same = ([message]: BusMessage[]) => message?.kind === 'events' && message.batch.events === events;
    expect([same(mine), same(theirs)]).toEqual([true, false]);
  });

  it('brings its own messages in full however many are under way', async () => {
    const heard = collect(bus);
    const numbers = contiguous(0, 50);
    await Promise.all(
      numbers.map((position) =>
        bus.publish({ kind: 'events', batch: EventBatch.of([anEvent({ eventId: newEventId(), position })]) }),
      ),
    );
    await waitFor(() => heard.length >= numbers.length, { what: 'the messages' });
    expect(heard.flatMap((message) => (message.kind === 'events' ? positionsOf(message.batch.events) : []))).toEqual(
      numbers,
    );
  });

  it('sends the events as the publisher has put them into JSON', async () => {
    const other = await network.open();
    const heard = collect(other);
    const events = [anEvent({ position: 1 }), anEvent({ position: 2 })];
    const json = Buffer.from(JSON.stringify(events, null, 1));
    await bus.publish({ kind: 'events', batch: EventBatch.ofJson(events[0]!.epoch, events, json) });
    await waitFor(() => heard.length > 0, { what: 'the message' });
    expect(heard).toEqual([{ kind: 'events', batch: EventBatch.of(events) }]);
  });

  it('hears what a stranger sends under its mark', async () => {
    const heard = collect(bus);
    const raw: string[] = [];
    const listener = stranger.duplicate();
    listener.on('message', (_channel, text) => raw.push(text));
    await listener.subscribe(CHANNEL);
    await bus.publish(beat('a', 1));
    await waitFor(() => raw.length > 0 && heard.length > 0, { what: 'the message' });
    await stranger.publish(CHANNEL, raw[0]!);
    await stranger.publish(CHANNEL, raw[0]!.replace('"position":1', '"position":2'));
    await stranger.publish(CHANNEL, raw[0]!.slice(0, 30));
    await fence(bus);
    listener.disconnect();
    expect(beatsOf(heard, 'a')).toEqual([1, 1, 2]);
  });

  it('refuses to publish at once while Redis is gone, says so, and works again when it is back', async () => {
    const heard = collect(bus);
    await redis.kill();
    await waitFor(() => !bus.connected, { timeoutMs: 1_000, what: 'the loss to be known' });
    const before = Date.now();
    await expect(bus.publish(beat('lost', 1))).rejects.toThrow();
    expect(Date.now() - before).toBeLessThan(200);

    redis = await startRedis({ port: redis.port });
    await waitFor(() => bus.connected, { timeoutMs: 3_000, what: 'the reconnection' });
    await fence(bus);
    // It never queues: what was refused doesn't come later.
    expect(beatsOf(heard, 'lost')).toEqual([]);
    expect(beatsOf(heard, 'fence')).toEqual([1]);
  });

  it('rejects what was under way when the connection broke', async () => {
    // Redis holds publications back for ten seconds, longer than anything waits here.
    await stranger.call('CLIENT', 'PAUSE', '10000', 'WRITE');
    const refused = expect(bus.publish(beat('cut', 1))).rejects.toThrow(/max retries/);
    await stranger.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await refused;
  });

  it('gives up on a Redis that hangs after a second, and goes on when it answers again', async () => {
    const heard = collect(bus);
    await redis.pause();
    const before = Date.now();
    await expect(bus.publish(beat('hung', 1))).rejects.toThrow();
    expect(Date.now() - before).toBeGreaterThan(900);
    expect(Date.now() - before).toBeLessThan(1_500);
    await redis.resume();
    await fence(bus);
    // A rejection means "probably not": late is allowed, twice is not.
    expect(beatsOf(heard, 'hung').length).toBeLessThanOrEqual(1);
    expect(bus.connected).toBe(true);
  });

  it('is not connected while it can publish but not hear', async () => {
    await stranger.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await waitFor(() => !bus.connected, { timeoutMs: 1_000, everyMs: 2, what: 'the loss to be known' });
    await expect(bus.publish(beat('unheard', 1))).resolves.toBeUndefined();
    await waitFor(() => bus.connected, { timeoutMs: 3_000, what: 'the subscription to be back' });
    const heard = collect(bus);
    await bus.publish(beat('a', 1));
    await waitFor(() => heard.length > 0, { what: 'the message' });
  });
});
