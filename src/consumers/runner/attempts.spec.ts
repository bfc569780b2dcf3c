import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SqlClient } from '../../database/index.js';
import { anEvent } from '../../../test/support/events.js';
import { ConsumerHandler } from './attempts.js';

const MINUTE = 60_000;

describe('ConsumerHandler', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const takesMinutes = (stops: boolean): ConsumerHandler => {
    const handleBatch = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5 * MINUTE));
    const handler = { handle: () => undefined, handleBatch };
    const workings = { partitions: 1, stops, rests: () => undefined };
    return new ConsumerHandler({ name: 'slow', effect: 'sql' }, handler, {} as SqlClient, workings);
  };

  it.each([
    ['sql', undefined, 1_000],
    ['sql', 50, 50],
    ['sql', 0, undefined],
    ['other', undefined, undefined],
    ['other', 50, 50],
  ] as const)('with effect %s and maxWaitMs %p rests for %p at most', (effect, maxWaitMs, longest) => {
    const options = { name: 'notes', effect, ...(maxWaitMs !== undefined && { maxWaitMs }) };
    const handler = new ConsumerHandler(options, { handle: () => undefined }, {} as SqlClient);
    expect(handler.rests?.wanted(1, { perSecond: 100_000, lag: 0, alone: false })).toBe(longest);
  });

  it('gives a batch that takes too long up, but not one that could only be tried again', async () => {
    const events = [anEvent()];
    const { signal } = new AbortController();
    const one = expect(takesMinutes(false).together(events, signal)).rejects.toThrow('not come to its end within 30 s');
    const other = takesMinutes(true).together(events, signal);
    await jest.advanceTimersByTimeAsync(6 * MINUTE);
    await one;
    await other;
  });

  it('cuts such a batch off when the work on its partition ends', async () => {
    const ending = new AbortController();
    const cut = expect(takesMinutes(true).together([anEvent()], ending.signal)).rejects.toThrow('has ended');
    ending.abort();
    const late = expect(takesMinutes(true).together([anEvent()], ending.signal)).rejects.toThrow('has ended');
    await jest.advanceTimersByTimeAsync(2_000);
    await cut;
    await late;
  });
});
