import { describe, expect, it } from '@jest/globals';
import { deferred } from '../../infra/index.js';
import { ofConsumer, restAfter, Rests } from './rests.js';

describe('rests of projections', () => {
  it('are the longer the more is written, and none when little is, or they are far behind', () => {
    expect(restAfter(50, { perSecond: 1_000, lag: 500, alone: false })).toBe(0);
    expect(restAfter(50, { perSecond: 1_500, lag: 500, alone: false })).toBe(250);
    expect(restAfter(50, { perSecond: 3_000, lag: 500, alone: false })).toBe(500);
    expect(restAfter(40, { perSecond: 60_000, lag: 500, alone: false })).toBe(800);
    expect(restAfter(500, { perSecond: 3_000, lag: 10_000, alone: false })).toBe(1_000);
    expect(restAfter(50, { perSecond: 3_000, lag: 50_001, alone: false })).toBe(0);
  });

  it('are longer far behind, where no reader elsewhere would wait long enough', () => {
    expect(restAfter(50, { perSecond: 33_000, lag: 10_000, alone: false })).toBe(1_000);
    expect(restAfter(50, { perSecond: 33_000, lag: 10_001, alone: false })).toBe(5_000);
    expect(restAfter(40, { perSecond: 33_000, lag: 10_001, alone: false })).toBe(4_000);
    expect(restAfter(50, { perSecond: 3_000, lag: 50_000, alone: false })).toBe(500);
    expect(restAfter(50, { perSecond: 900, lag: 50_000, alone: false })).toBe(0);
  });

  it('let a few events gather for one batch, the longer the more is written', () => {
    expect(restAfter(2, { perSecond: 0, lag: 0, alone: false })).toBe(200);
    expect(restAfter(2, { perSecond: 8, lag: 499, alone: false })).toBe(200);
    expect(restAfter(2, { perSecond: 20, lag: 499, alone: false })).toBe(500);
    expect(restAfter(2, { perSecond: 40, lag: 499, alone: false })).toBe(1_000);
    expect(restAfter(2, { perSecond: 1_500, lag: 499, alone: false })).toBe(1_000);
    expect(restAfter(2, { perSecond: 40, lag: 500, alone: false })).toBe(0);
    expect(restAfter(2, { perSecond: 40, lag: 0, alone: false }, ofConsumer(200, 4))).toBe(0);
  });

  it('let events gather for longer where every reader is in the same process', () => {
    expect(restAfter(2, { perSecond: 0, lag: 0, alone: true })).toBe(200);
    expect(restAfter(2, { perSecond: 4, lag: 499, alone: true })).toBe(500);
    expect(restAfter(2, { perSecond: 40, lag: 499, alone: true })).toBe(5_000);
    expect(restAfter(2, { perSecond: 40, lag: 500, alone: true })).toBe(0);
    expect(restAfter(50, { perSecond: 1_500, lag: 500, alone: true })).toBe(250);
  });

  it('go on for 15 s of what is written, up to a million positions', () => {
    expect(restAfter(500, { perSecond: 20_000, lag: 300_000, alone: false })).toBe(5_000);
    expect(restAfter(500, { perSecond: 20_000, lag: 300_001, alone: false })).toBe(0);
    expect(restAfter(500, { perSecond: 80_000, lag: 1_000_000, alone: false })).toBe(5_000);
    expect(restAfter(500, { perSecond: 80_000, lag: 1_000_001, alone: false })).toBe(0);
  });

  it('of a consumer are the longer the more is written, while its partitions have no whole batch', () => {
    const bounds = ofConsumer(700, 4);
    expect(restAfter(50, { perSecond: 0, lag: 500, alone: false }, bounds)).toBe(0);
    expect(restAfter(50, { perSecond: 300, lag: 500, alone: false }, bounds)).toBe(0);
    expect(restAfter(1, { perSecond: 600, lag: 500, alone: false }, bounds)).toBe(300);
    expect(restAfter(1, { perSecond: 1_000, lag: 2_000, alone: false }, bounds)).toBe(700);
    expect(restAfter(1, { perSecond: 20_000, lag: 500, alone: false }, bounds)).toBe(700);
    expect(restAfter(50, { perSecond: 3_000, lag: 2_001, alone: false }, bounds)).toBe(0);
  });

  const rests = new Rests();
  const busy = { perSecond: 30_000, lag: 500, alone: false };

  /** Milliseconds that a rest of a second took. */
  const rested = async (writing = () => busy, ending = new AbortController().signal): Promise<number> => {
    const began = performance.now();
    await rests.after(100, 'history.3', writing, ending);
    return performance.now() - began;
  };

  it('end when the writers do', async () => {
    let asked = 0;
    const writing = () => ({ lag: 500, alone: false, perSecond: (asked += 1) < 3 ? 30_000 : 10 });
    expect(await rested(writing)).toBeLessThan(1_000);
    expect(asked).toBe(3);
  });

  it('end when a reader waits for the projection, and there are none while it does', async () => {
    const { promise, resolve } = deferred<string>();
    const resting = rested();
    const other = rests.without('series', () => Promise.resolve());
    const reader = rests.without('history', () => promise);
    expect(await resting).toBeLessThan(900);
    expect(await rested()).toBeLessThan(100);
    resolve('read');
    expect(await reader).toBe('read');
    await other;
    let asked = 0;
    await rested(() => ({ lag: 500, alone: false, perSecond: (asked += 1) === 1 ? 30_000 : 0 }));
    expect(asked).toBe(2);
  });

  it('end with the work on the projection', async () => {
    const ending = new AbortController();
    const resting = rested(() => busy, ending.signal);
    ending.abort();
    expect(await resting).toBeLessThan(900);
  });
});
