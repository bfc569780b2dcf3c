import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusMessage, EventBus } from '../../src/events/bus/event-bus.js';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { anEvent, contiguous } from '../support/events.js';
import { waitFor } from '../support/processes.js';

/** Instances that hear each other; `open` gives one instance's bus, connected. */
export interface BusNetwork {
  open(): Promise<EventBus>;
  close(): Promise<void>;
}

/** What every EventBus promises. */
export function eventBusContract(name: string, start: () => Promise<BusNetwork>): void {
  describe(name, () => {
    let network: BusNetwork;

    beforeEach(async () => {
      network = await start();
    });
    afterEach(() => network.close());

    it('carries every kind of message, unchanged, to all subscribers, the publisher among them', async () => {
      const [mine, other] = [await network.open(), await network.open()];
      const heard = [collect(mine), collect(mine), collect(other)];
      const messages: BusMessage[] = [
        { kind: 'wake' },
        { kind: 'events', batch: EventBatch.of([anEvent({ position: 7 }), anEvent({ position: 8 })]) },
        { kind: 'heartbeat', head: { epoch: 'e', position: 8 } },
      ];
      for (const message of messages) await mine.publish(message);
      for (const list of heard) {
        await waitFor(() => list.length >= messages.length, { what: 'the messages' });
        expect(list).toEqual(messages);
      }
    });

    it('keeps the order of each publisher', async () => {
      const [a, b] = [await network.open(), await network.open()];
      const heard = [collect(a), collect(b)];
      const numbers = contiguous(0, 200);
      await Promise.all(
        numbers.flatMap((position) => [a.publish(beat('a', position)), b.publish(beat('b', position))]),
      );
      for (const list of heard) {
        await waitFor(() => list.length >= 2 * numbers.length, { what: 'the messages' });
        expect([beatsOf(list, 'a'), beatsOf(list, 'b')]).toEqual([numbers, numbers]);
      }
    });

    it('brings nothing after the end of a subscription, and ends no other one', async () => {
      const bus = await network.open();
      const [ended, kept] = [[] as BusMessage[], [] as BusMessage[]];
      const end = bus.subscribe((message) => ended.push(message));
      bus.subscribe((message) => kept.push(message));
      end();
      end();
      await bus.publish(beat('a', 1));
      await waitFor(() => kept.length > 0, { what: 'the message' });
      expect(ended).toEqual([]);
    });

    it('counts a function that subscribes twice as two subscribers', async () => {
      const bus = await network.open();
      const heard: BusMessage[] = [];
      const receive = (message: BusMessage): number => heard.push(message);
      const end = bus.subscribe(receive);
      bus.subscribe(receive);
      await bus.publish(beat('a', 1));
      await waitFor(() => heard.length >= 2, { what: 'both deliveries' });
      end();
      await bus.publish(beat('a', 2));
      await waitFor(() => heard.length >= 3, { what: 'the delivery to the one left' });
      await fence(bus);
      expect(beatsOf(heard, 'a')).toEqual([1, 1, 2]);
    });

    it('keeps nothing from the others when a receiver throws, and tells the publisher nothing of it', async () => {
      const bus = await network.open();
      bus.subscribe(() => {
        throw new Error('a receiver that fails');
      });
      const heard = collect(bus);
      await expect(bus.publish(beat('a', 1))).resolves.toBeUndefined();
      await bus.publish(beat('a', 2));
      await waitFor(() => heard.length >= 2, { what: 'the messages' });
      expect(beatsOf(heard, 'a')).toEqual([1, 2]);
    });

    it('is connected', async () => {
      expect((await network.open()).connected).toBe(true);
    });
  });
}

export function beat(epoch: string, position: number): BusMessage {
  return { kind: 'heartbeat', head: { epoch, position } };
}

export function collect(bus: EventBus): BusMessage[] {
  const heard: BusMessage[] = [];
  bus.subscribe((message) => heard.push(message));
  return heard;
}

export function beatsOf(messages: readonly BusMessage[], epoch: string): number[] {
  return messages.flatMap((message) =>
    message.kind === 'heartbeat' && message.head.epoch === epoch ? [message.head.position] : [],
  );
}

/** Resolves when everything this bus has published before has arrived. */
export async function fence(bus: EventBus): Promise<void> {
  let passed = false;
  const end = bus.subscribe((message) => (passed ||= beatsOf([message], 'fence').length > 0));
  await bus.publish(beat('fence', 1));
  await waitFor(() => passed, { what: 'the fence' });
  end();
}
