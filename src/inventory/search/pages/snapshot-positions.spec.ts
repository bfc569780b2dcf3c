import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SqlClient } from '../../../database/index.js';
import type { AwaitSequenced } from '../../../events/index.js';
import { MOST_WAITING } from '../planner/page-items.sql.js';
import { type SeenLog, SnapshotPositions } from './snapshot-positions.js';

describe('the position of a page that has seen changes without one', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** @param takes milliseconds after which the log has got so far, for each page in turn; the last one for the rest */
  const withLog = (...takes: number[]) => {
    const all = (): Promise<number> => {
      const time = takes.length > 1 ? takes.shift()! : takes[0]!;
      return new Promise((resolve) => void setTimeout(() => resolve(8), time));
    };
    const query = () => Promise.resolve([{ following: seen.waiting }]);
    return new SnapshotPositions({ query } as unknown as SqlClient, { all } as unknown as AwaitSequenced);
  };
  const seen: SeenLog = { position: 7, waiting: '1:5' };
  /** What a page gets; two seconds go by. */
  const page = async (snapshots: SnapshotPositions): Promise<number | 'late' | undefined> => {
    const asked = snapshots.of([seen]);
    await jest.advanceTimersByTimeAsync(2_000);
    return asked;
  };

  it('is waited for', async () => {
    expect(await page(withLog(300))).toBe(8);
    expect(await page(withLog(1_600))).toBe('late');
  });

  it('is waited for only briefly for five seconds behind a page that has waited in vain, and not longer', async () => {
    const snapshots = withLog(1_600, 300);
    expect(await page(snapshots)).toBe('late');
    // These are late because they wait for less; that says nothing about the log.
    expect(await page(snapshots)).toBe('late');
    expect(await page(snapshots)).toBe('late');
    expect(await page(snapshots)).toBe('late');
    expect(await page(snapshots)).toBe(8);
  });

  it('is none that could be told where more have waited than are told apart', async () => {
    const many: SeenLog = { position: 0, waiting: `${MOST_WAITING}:1` };
    const query = jest.fn(() => Promise.resolve([{ following: many.waiting }]));
    const all = () => Promise.resolve(MOST_WAITING);
    const snapshots = new SnapshotPositions({ query } as unknown as SqlClient, { all } as unknown as AwaitSequenced);
    expect(await snapshots.of([many])).toBeUndefined();
    expect(query).not.toHaveBeenCalled();
  });

  it('is waited for again as soon as one has come', async () => {
    const snapshots = withLog(1_600, 100, 300);
    expect(await page(snapshots)).toBe('late');
    expect(await page(snapshots)).toBe(8);
    expect(await page(snapshots)).toBe(8);
  });
});
