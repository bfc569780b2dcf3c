import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AVAILABILITIES, nextAvailability, nextPrice } from './demo-market.js';

/** mulberry32: the same numbers on every run. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('nextPrice', () => {
  it('is another price, in steps of fifty paise, at most 6 % and a step away', () => {
    const price = fc.integer({ min: 1, max: 10_000_000 }).map((paise) => paise / 100);
    fc.assert(
      fc.property(price, price, fc.integer(), (now, start, seed) => {
        const next = nextPrice(now, start, seeded(seed));
        expect(next).not.toBe(now);
        expect(next).toBeGreaterThan(0);
        expect(Number.isInteger(next * 2)).toBe(true);
        expect(Math.abs(next - now)).toBeLessThanOrEqual(now * 0.06 + 0.5);
      }),
    );
  });

  it.each([2450, 20, 97_850.5])('stays about where it started: ₹%d', (start) => {
    const random = seeded(7);
    let price = start;
    let furthest = 0;
    for (let i = 0; i < 20_000; i++) {
      price = nextPrice(price, start, random);
      furthest = Math.max(furthest, Math.abs(price / start - 1));
    }
    expect(furthest).toBeLessThan(0.5);
  });
});

describe('nextAvailability', () => {
  it.each(AVAILABILITIES)('is another one than %s, and each other one in time', (now) => {
    const random = seeded(1);
    const seen = new Set(Array.from({ length: 100 }, () => nextAvailability(now, random)));
    expect([...seen].sort()).toEqual(AVAILABILITIES.filter((other) => other !== now));
  });
});
