import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../clock/clock.js';
import { deferred, endsWithin, pollUntil } from './index.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('deferred', () => {
  it('is settled from outside, once', async () => {
    const { promise, resolve, reject } = deferred<number>();
    resolve(1);
    resolve(2);
    reject(new Error('late'));
    expect(await promise).toBe(1);
    const failing = deferred();
    failing.reject(new Error('late'));
    await expect(failing.promise).rejects.toThrow('late');
  });
});

describe('endsWithin', () => {
  it('passes on what ends in time, and leaves no timer', async () => {
    expect(await endsWithin(100, Promise.resolve(7))).toBe(true);
    await expect(endsWithin(100, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('gives up what takes longer, and drops how it ends', async () => {
    const work = deferred<number>();
    const inTime = endsWithin(100, work.promise);
    await jest.advanceTimersByTimeAsync(100);
    expect(await inTime).toBe(false);
    work.reject(new Error('afterwards'));
    await jest.advanceTimersByTimeAsync(1);
  });
});

describe('pollUntil', () => {
  const clock = new Clock();

  it('looks after each interval until the condition holds', async () => {
    let looks = 0;
    const found = pollUntil(() => ++looks === 3, { every: 5, atMost: 1_000, clock });
    await jest.advanceTimersByTimeAsync(4);
    expect(looks).toBe(0);
    await jest.advanceTimersByTimeAsync(11);
    expect([await found, looks]).toEqual([true, 3]);
  });

  it.each([-60_000, 60_000])('polls as long as it shall when the machine is set by %i ms meanwhile', async (by) => {
    let looks = 0;
    const found = pollUntil(() => ++looks === 10, { every: 5, atMost: 1_000, clock });
    await jest.advanceTimersByTimeAsync(12);
    jest.setSystemTime(Date.now() + by);
    await jest.advanceTimersByTimeAsync(40);
    expect([await found, looks]).toEqual([true, 10]);
  });

  it('gives up when its time has passed', async () => {
    let looks = 0;
    const look = () => Promise.resolve(++looks < 0);
    const found = pollUntil(look, { every: 5, atMost: 20, clock });
    await jest.advanceTimersByTimeAsync(40);
    expect([await found, looks]).toEqual([false, 4]);
  });
});
