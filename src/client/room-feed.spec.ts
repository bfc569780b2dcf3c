import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ExceptionMessage, SubscribeMessage, SubscriptionConfirmed } from '../contracts/index.js';
import { RoomListener } from './room-listener.js';
import { RecentEvents } from './recent-events.js';
import { RoomFeed } from './room-feed.js';
import type { Gap, InventoryEvent } from './types.js';

type Answer = SubscriptionConfirmed | ExceptionMessage;

const EPOCH = 'one';
const event = (position: number, epoch = EPOCH) => ({ epoch, position, changes: [] }) as unknown as InventoryEvent;
const confirmed = (position: number, fields: Partial<SubscriptionConfirmed> = {}): SubscriptionConfirmed =>
  ({
    type: 'general',
    room: 'r',
    epoch: EPOCH,
    position,
    recovered: false,
    replayed: 0,
    ...fields,
  }) as SubscriptionConfirmed;

describe('a room of the client', () => {
  let asked: { message: SubscribeMessage; answer: (answer: Answer) => void }[];
  let later: number;
  let recent: RecentEvents;
  let feed: RoomFeed;

  beforeEach(() => {
    [asked, later, recent] = [[], 0, new RecentEvents()];
    const send = (message: SubscribeMessage, answer: (answer: Answer) => void) => void asked.push({ message, answer });
    feed = new RoomFeed({ type: 'general' }, { recent, send, retryLater: () => void (later += 1) });
  });

  const join = (since?: number) => {
    const [seen, gaps]: [number[], Gap[]] = [[], []];
    const handler = {
      onEvent: ({ position }: InventoryEvent) => void seen.push(position),
      onGap: gaps.push.bind(gaps),
    };
    const member = new RoomListener(
      handler,
      (one) => feed.remove(one),
      () => undefined,
    );
    feed.add(member, since === undefined ? undefined : { epoch: EPOCH, position: since });
    feed.request();
    return { member, seen, gaps };
  };
  const receive = (...positions: number[]): void => {
    for (const position of positions) {
      recent.add(event(position));
      feed.take(event(position));
    }
  };
  const answer = (one: Answer, index = asked.length - 1): void => asked[index]!.answer(one);
  const reconnect = (): void => {
    feed.interrupted();
    recent.clear();
    feed.request();
  };
  const sinceOf = (index = asked.length - 1): unknown => asked[index]!.message.since;

  it('begins after the confirmed position, also when events overtake the answer', () => {
    const { seen } = join();
    receive(4, 5, 6);
    answer(confirmed(5));
    receive(7);
    expect(seen).toEqual([6, 7]);
    reconnect();
    expect(sinceOf()).toEqual({ epoch: EPOCH, position: 7 });
  });

  it('comes back after the last event and after the last confirmation, whichever is later', () => {
    const { seen } = join();
    receive(6);
    answer(confirmed(5));
    reconnect();
    expect(sinceOf()).toEqual({ epoch: EPOCH, position: 6 });
    answer(confirmed(9, { recovered: true }));
    reconnect();
    expect(sinceOf()).toEqual({ epoch: EPOCH, position: 9 });
    expect(seen).toEqual([6]);
  });

  it('puts what comes before the answer into order, each once', () => {
    const early = join();
    answer(confirmed(3));
    receive(4, 6);
    const late = join(2);
    receive(3, 5, 4, 7);
    answer(confirmed(7, { recovered: true }));
    receive(8);
    expect(late.seen).toEqual([3, 4, 5, 6, 7, 8]);
    expect(early.seen).toEqual([4, 6, 7, 8]);
  });

  it('takes its own confirmations for no news, and others for a gap', () => {
    const early = join();
    answer(confirmed(5));
    const late = join(1);
    const tooOld = confirmed(8, { reason: 'too_old' });
    feed.told(tooOld);
    answer(tooOld);
    expect([early.gaps, late.gaps]).toEqual([[], [{ reason: 'too_old', epoch: EPOCH, position: 8 }]]);

    // The message for a slow reader comes while another request is under way.
    join(1);
    feed.told(confirmed(9, { reason: 'too_old' }));
    feed.told(confirmed(10, { recovered: true, replayed: 2 }));
    answer(confirmed(10, { recovered: true, replayed: 2 }));
    expect(early.gaps).toEqual([{ reason: 'too_old', epoch: EPOCH, position: 9 }]);
    feed.told(confirmed(12, { recovered: true, reason: 'conflated' }));
    expect(early.gaps.at(-1)).toEqual({ reason: 'conflated', epoch: EPOCH, position: 12 });
    receive(11, 13);
    expect(early.seen).toEqual([13]);
  });

  it('goes on in another log', () => {
    const { seen, gaps } = join();
    answer(confirmed(50));
    reconnect();
    feed.take(event(3, 'two'));
    answer(confirmed(2, { epoch: 'two', reason: 'epoch_changed' }));
    feed.take(event(4, 'two'));
    expect([seen, gaps]).toEqual([[3, 4], [{ reason: 'epoch_changed', epoch: 'two', position: 2 }]]);
    reconnect();
    expect(sinceOf()).toEqual({ epoch: 'two', position: 4 });
  });

  it('says so when it can’t give what came before any more', () => {
    const { seen } = join();
    answer(confirmed(0));
    receive(...Array.from({ length: 1_500 }, (_, index) => index + 1));
    expect(seen).toHaveLength(1_500);
    const [long, short] = [join(10), join(1_490)];
    for (const index of [1, 2]) answer(confirmed(1_500, { recovered: true }), index);
    expect([long.seen, long.gaps]).toEqual([[], [{ reason: 'too_old', epoch: EPOCH, position: 1_500 }]]);
    expect([short.seen.length, short.gaps]).toEqual([10, []]);
  });

  it('asks again when it was not the request’s fault, and lets those go who were refused', async () => {
    const one = join(3);
    answer({ status: 'error', code: 'unavailable', message: '' });
    expect([later, feed.empty]).toEqual([1, false]);
    feed.request();
    expect(sinceOf()).toEqual({ epoch: EPOCH, position: 3 });
    answer({ status: 'error', code: 'validation_failed', message: '' });
    await expect(one.member.ready).rejects.toMatchObject({ code: 'validation_failed' });
    expect([asked.length, feed.empty]).toEqual([2, true]);
  });

  it('is left in the middle of what a handler is told', () => {
    const { member, seen } = join(0);
    const other = join(0);
    receive(1, 2);
    member.unsubscribe();
    for (const index of [0, 1]) answer(confirmed(2, { recovered: true }), index);
    expect([seen, other.seen]).toEqual([[], [1, 2]]);
    other.member.unsubscribe();
    receive(3);
    expect([feed.empty, other.seen]).toEqual([true, [1, 2]]);
  });
});
