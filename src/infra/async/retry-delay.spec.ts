import { describe, expect, it } from '@jest/globals';
import { retryDelay } from './retry-delay.js';

describe('retryDelay', () => {
  it('is doubled from 1 s to 15 min, with a part by chance', () => {
    const least = (attempts: number) => retryDelay(attempts, () => 0);
    const most = (attempts: number) => retryDelay(attempts, () => 1);
    expect([1, 2, 3].map(least)).toEqual([1_000, 2_000, 4_000]);
    expect([1, 2, 3].map(most)).toEqual([1_250, 2_500, 5_000]);
    expect([20, 1_000].map(most)).toEqual([900_000, 900_000]);
  });
});
