import { beforeEach, describe, expect, it } from '@jest/globals';
import { newEvents, placed } from '../../../test/support/events.js';
import type { NewInventoryEvent } from '../../contracts/index.js';
import type { EventLog } from '../log/event-log.js';
import { PendingEvents } from './pending-events.js';

const idsOf = (events: readonly NewInventoryEvent[]): string[] => events.map(({ eventId }) => eventId);

describe('PendingEvents', () => {
  let pending: PendingEvents;
  const leader = {};

  beforeEach(() => {
    pending = new PendingEvents({ epoch: 'e' } as EventLog);
    pending.keepFor(leader);
  });

  const write = (events: readonly NewInventoryEvent[], committed = events): Promise<boolean> =>
    pending.trackCommit(idsOf(events), (reportCommitted) => Promise.resolve(reportCommitted(committed)));
  const take = (events: readonly NewInventoryEvent[]) => pending.take({ after: 7, eventIds: idsOf(events) });

  it('gives committed events their positions, whoever wrote them first, and forgets them', async () => {
    const [one, two, three] = newEvents(3);
    await write([three!]);
    await write([one!, two!]);
    expect(pending.isEmpty).toBe(false);
    expect(await take([one!, three!])).toEqual([placed(one!, 'e', 8), placed(three!, 'e', 9)]);
    expect(await take([two!])).toHaveLength(1);
    expect(pending.isEmpty).toBe(true);
    expect(await take([one!])).toBeUndefined();
  });

  it('waits for a statement that has committed, but has not been answered yet', async () => {
    const events = newEvents(2);
    let answer = (): void => undefined;
    const writing = pending.trackCommit(idsOf(events), async (reportCommitted) => {
      await new Promise<void>((resolve) => (answer = resolve));
      reportCommitted(events);
    });
    const taken = take(events);
    await new Promise(setImmediate);
    answer();
    expect(await taken).toHaveLength(2);
    await writing;
  });

  it('does not wait for an answer that never comes', async () => {
    const events = newEvents(1);
    const hanging = pending.trackCommit(idsOf(events), () => new Promise<void>(() => undefined));
    expect(await take(events)).toBeUndefined();
    expect(pending.isEmpty).toBe(true);
    await expect(Promise.race([hanging, Promise.reject(new Error('hangs'))])).rejects.toThrow('hangs');
  });

  it('gives nothing if one of the events is not its own', async () => {
    const events = newEvents(3);
    await write(events.slice(0, 2));
    expect(await take(events)).toBeUndefined();
    expect(pending.isEmpty).toBe(true);
  });

  it('forgets what was not committed, or failed, or has been read meanwhile', async () => {
    const events = newEvents(3);
    await write(events, events.slice(0, 1));
    expect(await take(events.slice(1, 2))).toBeUndefined();
    await expect(pending.trackCommit(idsOf(events.slice(1)), () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    pending.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
    expect(pending.isEmpty).toBe(true);
  });

  it('keeps nothing that was read from the log before the answer came', async () => {
    const events = newEvents(2);
    const allKept = await pending.trackCommit(idsOf(events), (reportCommitted) => {
      pending.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
      return Promise.resolve(reportCommitted(events));
    });
    expect(allKept).toBe(false);
    expect(await take(events.slice(1))).toHaveLength(1);
    expect(pending.isEmpty).toBe(true);
  });

  it('knows whether any have been committed that have no position', async () => {
    const events = newEvents(2);
    const allKept = await pending.trackCommit(idsOf(events), (reportCommitted) => {
      expect(pending.anyWaiting).toBe(false);
      return Promise.resolve(reportCommitted(events));
    });
    expect([allKept, pending.anyWaiting]).toEqual([true, true]);
    await take(events.slice(1));
    expect(pending.anyWaiting).toBe(true);
    pending.forget([{ ...events[0]!, epoch: 'e', position: 1 }]);
    expect(pending.anyWaiting).toBe(false);
    await write(events);
    pending.keepFor({});
    expect(pending.anyWaiting).toBe(false);
  });

  it('keeps nothing for another leader, and nothing that is too much', async () => {
    const events = newEvents(1);
    await write(events);
    pending.keepFor(null);
    expect(pending.isEmpty).toBe(true);
    await write(events);
    expect(pending.isEmpty).toBe(true);
    pending.keepFor({});
    await write(newEvents(5_001));
    expect(pending.isEmpty).toBe(true);
    await write(events);
    expect(pending.isEmpty).toBe(false);
  });
});
