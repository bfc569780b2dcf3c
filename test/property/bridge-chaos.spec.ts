import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { startBridge } from '../support/bridge.js';
import { ChaosEventBus, type Fate } from '../support/chaos-event-bus.js';
import { type Instance, startTestLog, type TestLog } from '../support/event-log.js';
import { contiguous, newEvents, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

const fates: fc.Arbitrary<Fate> = fc.oneof(
  fc.constant<Fate>('arrives'),
  fc.constant<Fate>('lost'),
  fc.constant<Fate>('twice'),
  fc.record({ late: fc.integer({ min: 1, max: 6 }) }),
);

/**
 * One step of the leader: so many events in one message, or a heartbeat; whether anybody listens; and whether it waits
 * for the receivers.
 */
const steps = fc.record({
  events: fc.integer({ min: 0, max: 4 }),
  listening: fc.boolean(),
  breather: fc.boolean(),
});

/** G5, whatever the bus does. */
describe('the bridge over a bus that loses, doubles, delays and reorders', () => {
  let log: TestLog;
  let leader: Instance;

  beforeAll(async () => {
    log = await startTestLog();
    leader = log.instance();
  });
  afterAll(() => log.close());

  it('delivers every event once, in position order, to whoever listens then, and notices the loss of the last one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 1, maxLength: 14 }),
        fc.array(fates, { maxLength: 16 }),
        async (script, chaos) => {
          const bus = new ChaosEventBus(chaos);
          const start = (await log.log.head()).position;
          const running = await startBridge(bus, log.log);
          const cursor = (): number => running.bridge.cursor.position;
          /** Where somebody began to listen, and where to; he is to get what comes between. */
          let from: number | undefined = start;
          const expected: number[] = [];
          try {
            for (const { events, listening, breather } of script) {
              if (listening && from === undefined) {
                from = cursor();
                running.listen();
              } else if (!listening && from !== undefined) {
                expected.push(...contiguous(from, cursor()));
                from = undefined;
                running.ignore();
              }
              if (events === 0) await bus.publish({ kind: 'heartbeat', head: await log.log.head() });
              else
                await bus.publish({
                  kind: 'events',
                  batch: EventBatch.of(await log.record(leader, newEvents(events))),
                });
              if (breather) await new Promise((resolve) => setImmediate(resolve));
            }
            const head = await log.log.head();
            // Heartbeats go on as they do in life; the chaos has these as well, until its list ends.
            await waitFor(
              async () => {
                await bus.publish({ kind: 'heartbeat', head });
                return cursor() >= head.position;
              },
              { timeoutMs: 5_000, everyMs: 2, what: `position ${head.position} of ${start}` },
            );
            if (from !== undefined) expected.push(...contiguous(from, cursor()));
            expect(positionsOf(running.delivered)).toEqual(expected);
            const written = await log.log.read(start, 1_000);
            expect(running.delivered).toEqual(written.filter(({ position }) => expected.includes(position)));
            expect(await running.observed()).toEqual([written.length, written.length]);
          } finally {
            running.stop();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins anew where a log that goes back ends, and delivers all that it has from there on', async () => {
    const count = (max: number) => fc.integer({ min: 1, max });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ kept: count(4), lost: count(6), again: count(12), heard: fc.boolean() }),
        fc.array(fates, { maxLength: 8 }),
        async ({ kept, lost, again, heard }, chaos) => {
          const bus = new ChaosEventBus(chaos);
          const running = await startBridge(bus, log.log);
          const cursor = (): number => running.bridge.cursor.position;
          const publish = async (count: number): Promise<void> => {
            const batch = EventBatch.of(await log.record(leader, newEvents(count)));
            await bus.publish({ kind: 'events', batch });
          };
          const caughtUp = async (): Promise<void> => {
            const head = await log.log.head();
            await waitFor(
              async () => {
                await bus.publish({ kind: 'heartbeat', head: await log.log.head() });
                return cursor() === head.position;
              },
              { timeoutMs: 5_000, everyMs: 2, what: `position ${head.position}` },
            );
          };
          try {
            await publish(kept);
            await caughtUp();
            const end = cursor();
            const { epoch } = log.log;
            await publish(lost);
            await caughtUp();
            await log.client.query('DELETE FROM inventory_events WHERE position > $1', [end]);
            running.delivered.length = 0;
            // Either it looks before anything is written, or the log has grown when it does.
            if (!heard) await running.history.look();
            await publish(again);
            await running.history.look();
            await waitFor(() => log.log.epoch !== epoch, { timeoutMs: 5_000, everyMs: 2, what: 'a new epoch' });
            await publish(1);
            await caughtUp();
            const { position } = running.delivered[0]!;
            const ofNow = running.delivered.filter((event) => event.epoch === log.log.epoch);
            if (!heard) expect(position).toBe(end + 1);
            expect(positionsOf(ofNow)).toEqual(contiguous(ofNow[0]!.position - 1, cursor()));
            expect(ofNow).toEqual(await log.log.read(ofNow[0]!.position - 1, 1_000));
          } finally {
            running.stop();
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
