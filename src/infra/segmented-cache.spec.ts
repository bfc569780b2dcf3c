import { describe, expect, it } from '@jest/globals';
import { SegmentedCache } from './segmented-cache.js';

const cache = (): SegmentedCache<{ weight: number }> =>
  new SegmentedCache({ newcomers: 3, kept: 10, maxWeight: 20, weigh: ({ weight }) => weight });

describe('a segmented cache', () => {
  it('keeps what was asked for again, however much is asked for once', () => {
    const values = cache();
    values.set('asked', { weight: 1 });
    expect(values.get('asked')).toEqual({ weight: 1 });
    for (let index = 0; index < 1_000; index += 1) {
      expect(values.get(`made-up ${index}`)).toBeUndefined();
      values.set(`made-up ${index}`, { weight: 1 });
    }
    expect(values.get('asked')).toEqual({ weight: 1 });
    expect(values.get('made-up 996')).toBeUndefined();
    expect(values.get('made-up 999')).toEqual({ weight: 1 });
    expect(values.size).toBe(4);
  });

  it('bounds what is kept by its weight, as it is when it is asked for again', () => {
    const values = cache();
    for (let index = 0; index < 10; index += 1) {
      const value = { weight: 1 };
      values.set(`${index}`, value);
      value.weight = 10;
      expect(values.get(`${index}`)).toBe(value);
    }
    expect(values.size).toBe(2);
    expect(values.get('9')).toBeDefined();
    expect(values.get('7')).toBeUndefined();
  });

  it('replaces a value where it stands, and forgets all', () => {
    const values = cache();
    values.set('asked', { weight: 1 });
    values.get('asked');
    values.set('asked', { weight: 2 });
    expect([values.has('asked'), values.has('other')]).toEqual([true, false]);
    expect(values.get('asked')).toEqual({ weight: 2 });
    expect(values.size).toBe(1);
    values.clear();
    expect(values.get('asked')).toBeUndefined();
  });
});
