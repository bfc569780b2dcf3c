import { beforeEach, describe, expect, it } from '@jest/globals';
import { newEvents } from '../../../test/support/events.js';
import type { NewInventoryEvent } from '../../contracts/index.js';
import type { EventLog } from '../log/event-log.js';
import { OwnEvents } from './own-events.js';

const idsOf = (events: readonly NewInventoryEvent[]): string[] => events.map(({ eventId }) => eventId);

describe('OwnEvents', () => {
  let own: OwnEvents;
  const leader = {};

  beforeEach(() => {
    own = new OwnEvents({ epoch: 'e' } as EventLog);
    own.keepFor(leader);
  });

  const write = (events: readonly NewInventoryEvent[], committed = events): Promise<boolean> =>
    own.during(idsOf(events), (settle) => Promise.resolve(settle(committed)));
  const take = (events: readonly NewInventoryEvent[]) => own.take({ after: 7, eventIds: idsOf(events) });

  it('gives committed events their positions, whoever wrote them first, and forgets them', async () => {
    const [one, two, three] = newEvents(3);
    await write([three!]);
    await write([one!, two!]);
    expect(own.isEmpty).toBe(false);
    expect(await take([one!, three!])).toEqual([
      { ...one, epoch: 'e', position: 8 },
      { ...three, epoch: 'e', position: 9 },
    ]);
    expect(await take([two!])).toHaveLength(1);
    expect(own.isEmpty).toBe(true);
    expect(await take([one!])).toBeUndefined();
  });

  it('waits for a statement that has committed, but has not been answered yet', async () => {
    const events = newEvents(2);
    let answer = (): void => undefined;
    const writing = own.during(idsOf(events), async (settle) => {
      await new Promise<void>((resolve) => (answer = resolve));
      settle(events);
    });
    const taken = take(events);
    await new Promise(setImmediate);
    answer();
    expect(await taken).toHaveLength(2);
    await writing;
  });

  it('does not wait for an answer that never comes', async () => {
    const events = newEvents(1);
    const hanging = own.during(idsOf(events), () => new Promise<void>(() => undefined));
    expect(await take(events)).toBeUndefined();
    expect(own.isEmpty).toBe(true);
    await expect(Promise.race([hanging, Promise.reject(new Error('hangs'))])).rejects.toThrow('hangs');
  });

  it('gives nothing if one of the events is not its own', async () => {
    const events = newEvents(3);
    await write(events.slice(0, 2));
    expect(await take(events)).toBeUndefined();
    expect(own.isEmpty).toBe(true);
  });

  it('forgets what was not committed, or failed, or has been read meanwhile', async () => {
    const events = newEvents(3);
    await write(events, events.slice(0, 1));
    expect(await take(events.slice(1, 2))).toBeUndefined();
    await expect(own.during(idsOf(events.slice(1)), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    own.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
    expect(own.isEmpty).toBe(true);
  });

  it('keeps nothing that was read from the log before the answer came', async () => {
    const events = newEvents(2);
    const allKept = await own.during(idsOf(events), (settle) => {
      own.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
      return Promise.resolve(settle(events));
    });
    expect(allKept).toBe(false);
    expect(await take(events.slice(1))).toHaveLength(1);
    expect(own.isEmpty).toBe(true);
  });

  it('knows whether any have been committed that have no position', async () => {
    const events = newEvents(2);
    const allKept = await own.during(idsOf(events), (settle) => {
      expect(own.anyWaiting).toBe(false);
      return Promise.resolve(settle(events));
    });
    expect([allKept, own.anyWaiting]).toEqual([true, true]);
    await take(events.slice(1));
    expect(own.anyWaiting).toBe(true);
    own.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
    expect(own.anyWaiting).toBe(false);
    await write(events);
    own.keepFor({});
    expect(own.anyWaiting).toBe(false);
  });

  it('keeps nothing for another leader, and nothing that is too much', async () => {
    const events = newEvents(1);
    await write(events);
    own.keepFor(null);
    expect(own.isEmpty).toBe(true);
    await write(events);
    expect(own.isEmpty).toBe(true);
    own.keepFor({});
    await write(newEvents(5_001));
    expect(own.isEmpty).toBe(true);
    await write(events);
    expect(own.isEmpty).toBe(false);
  });
});
