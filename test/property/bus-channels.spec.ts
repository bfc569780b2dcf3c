import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import fc from 'fast-check';
import { EventListeners } from '../../src/events/delivery/event-listeners.js';
import { FollowedChannels } from '../../src/events/followed-channels.js';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { channelOfRoom, roomName, roomsOf } from '../../src/realtime/protocol/rooms.js';
import { startBridge, StoppedClock } from '../support/bridge.js';
import { ChaosClusterBus } from '../support/chaos-cluster-bus.js';
import type { Fate } from '../support/chaos-event-bus.js';
import { type Instance, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, aPriceReport, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { ALL_RULES, type BusOutcome, type BusRules, runBus } from '../support/bus-model.js';

Logger.overrideLogger(false);

const SEED = Number(process.env.TEST_SEED ?? 1);
const RUNS = 2_000;
/** Runs within which the absence of a rule must be found. */
const MOST_RUNS = 20_000;

/** G5 and G6 over a bus that tells everybody of every event, and brings contents to those that follow them: a model. */
describe('the protocol of notices and contents', () => {
  const runs = (rules: BusRules, count: number): BusOutcome => {
    const sum: BusOutcome = { delivered: 0, passedBy: 0, reads: 0 };
    for (let seed = SEED; seed < SEED + count; seed += 1) {
      const outcome = runBus(seed, rules);
      for (const key of Object.keys(sum) as (keyof BusOutcome)[]) sum[key] += outcome[key];
    }
    return sum;
  };

  it(`gives every socket its room's events once and in order, in ${RUNS} runs from seed ${SEED} on`, () => {
    const { delivered, passedBy, reads } = runs(ALL_RULES, RUNS);
    expect(Math.min(delivered, passedBy, reads)).toBeGreaterThan(RUNS);
  });

  it.each(Object.keys(ALL_RULES) as (keyof BusRules)[])('would not without the rule %s, and that is found', (rule) => {
    expect(() => runs({ ...ALL_RULES, [rule]: false }, MOST_RUNS)).toThrow(/^seed \d+: a socket on \d in /);
  });
});

const ROOMS = [
  ...['v0', 'v1', 'v2'].map((vendorId) => roomName({ type: 'vendor', vendorId })),
  ...['c0', 'c1'].map((category) => roomName({ type: 'category', category })),
];

const noticeFates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>('arrives') },
  { weight: 1, arbitrary: fc.constant<Fate>('lost') },
  { weight: 1, arbitrary: fc.constant<Fate>('twice') },
  { weight: 1, arbitrary: fc.record({ late: fc.integer({ min: 1, max: 4 }) }) },
);
const contentFates = fc.oneof(
  { weight: 6, arbitrary: fc.constant('arrives' as const) },
  { weight: 2, arbitrary: fc.constant('late' as const) },
  { weight: 1, arbitrary: fc.constant('lost' as const) },
);
const room = fc.integer({ min: 0, max: ROOMS.length - 1 });
/** One step: events of vendors, some of them moved between categories, or reports; and which room is joined or left. */
const steps = fc.record({
  events: fc.array(fc.record({ vendor: fc.integer({ min: 0, max: 2 }), kind: fc.nat({ max: 4 }) }), { maxLength: 4 }),
  joins: fc.option(room),
  leaves: fc.boolean(),
  subscribes: fc.boolean(),
  breather: fc.boolean(),
});

interface Member {
  room: string;
  from: number;
  got: number[];
}

/** The same of the real parts: notices as bytes, the assembly and the bridge over a log. */
describe('the bridge over notices and contents that are lost, doubled and late', () => {
  let log: TestLog;
  let leader: Instance;

  beforeAll(async () => {
    log = await startTestLog();
    leader = log.instance();
  });
  afterAll(() => log.close());

  const eventOf = ({ vendor, kind }: { vendor: number; kind: number }) => {
    const fields = { vendorId: `v${vendor}`, category: `c${kind % 2}` };
    if (kind === 4) return aPriceReport(fields);
    const moved = { field: 'category', oldValue: 'c1', newValue: 'c0' } as const;
    return aNewEvent({ ...fields, ...(kind === 3 && { category: 'c0', changes: [moved] }) });
  };

  it('gives every room its events once and in order, from the position at which it was joined', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 3, maxLength: 16 }),
        fc.array(noticeFates, { maxLength: 16 }),
        fc.array(contentFates, { maxLength: 30 }),
        async (script, fates, contents) => {
          const emitter = new EventEmitter2();
          const listeners = new EventListeners(emitter);
          const followed = new FollowedChannels();
          const members: Member[] = [];
          listeners.add(
            (event) => {
              const rooms = roomsOf(event);
              for (const { room, got } of members) if (rooms.includes(room)) got.push(event.position);
            },
            { needed: () => members.length > 0, follows: () => followed },
          );
          let subscribed = new Set<number>();
          const bus = new ChaosClusterBus(listeners, (channel) => subscribed.has(channel), fates, contents);
          const running = await startBridge(bus, log.log, new StoppedClock(), emitter, listeners);
          running.ignore();
          const start = running.bridge.cursor.position;
          const cursor = (): number => running.bridge.cursor.position;
          const check = async ({ room, from, got }: Member): Promise<void> => {
            const upTo = cursor();
            const written = await log.log.read(from, 1_000);
            const wanted = written.filter((event) => event.position <= upTo && roomsOf(event).includes(room));
            expect(got.filter((position) => position <= upTo)).toEqual(positionsOf(wanted));
          };
          try {
            for (const { events, joins, leaves, subscribes, breather } of script) {
              if (joins !== null) {
                members.push({ room: ROOMS[joins]!, from: cursor(), got: [] });
                followed.add(channelOfRoom(ROOMS[joins]!)!);
              }
              if (subscribes) subscribed = new Set(followed.channels);
              const left = leaves ? members.shift() : undefined;
              if (left) {
                followed.remove(channelOfRoom(left.room)!);
                await check(left);
              }
              for (const reports of [false, true]) {
                const drafts = events.filter(({ kind }) => (kind === 4) === reports).map(eventOf);
                if (drafts.length === 0) continue;
                await bus.publish({ kind: 'events', batch: EventBatch.of(await log.record(leader, drafts)) });
              }
              if (breather) await new Promise((resolve) => setImmediate(resolve));
            }
            const head = await log.log.head();
            await waitFor(
              async () => {
                await bus.publish({ kind: 'heartbeat', head });
                return cursor() >= head.position;
              },
              { timeoutMs: 5_000, everyMs: 2, what: `position ${head.position} of ${start}` },
            );
            for (const member of members) await check(member);
          } finally {
            bus.stop();
            running.stop();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
