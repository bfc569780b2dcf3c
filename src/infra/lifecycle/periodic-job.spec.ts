import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { PeriodicJob } from './periodic-job.js';

Logger.overrideLogger(false);

describe('PeriodicJob', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is done again and again, though it fails', async () => {
    let times = 0;
    const job = new PeriodicJob('test', 1_000, () => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('the first time')) : Promise.resolve();
    });
    await jest.advanceTimersByTimeAsync(3_500);
    expect(times).toBe(3);
    await job.stop();
    await jest.advanceTimersByTimeAsync(3_000);
    expect(times).toBe(3);
  });

  it('is never done twice at a time, and ends before it stops', async () => {
    const ends: (() => void)[] = [];
    const job = new PeriodicJob('test', 1_000, () => new Promise((resolve) => ends.push(resolve)));
    await jest.advanceTimersByTimeAsync(3_500);
    expect(ends).toHaveLength(1);
    let stopped = false;
    const stopping = job.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(10);
    expect(stopped).toBe(false);
    ends[0]!();
    await stopping;
  });
});
