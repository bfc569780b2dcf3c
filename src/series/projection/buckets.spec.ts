import { describe, expect, it } from '@jest/globals';
import { Buckets, slicesOf } from './buckets.js';

const columns = (buckets: Buckets) => [...buckets.columns()];

describe('Buckets that are counted anew', () => {
  it('are each of a state and of the whole country, once, unless reports move between states only', () => {
    const buckets = new Buckets();
    const row = { commodity: 'onion', state: 'Goa', day: '2026-01-05' };
    buckets.add([row, { ...row, state: null }]);
    buckets.add([row, { ...row, day: '2026-01-06' }], false);
    expect(columns(buckets)).toEqual([
      [
        ['onion', 'onion', 'onion'],
        ['', 'Goa', 'Goa'],
        ['2026-01-05', '2026-01-05', '2026-01-06'],
      ],
    ]);
  });

  it('are told apart, wherever their names have blanks', () => {
    const buckets = new Buckets();
    const day = '2026-01-05';
    buckets.add([{ commodity: 'Cowpea', state: 'Pods Goa', day }], false);
    buckets.add([{ commodity: 'Cowpea Pods', state: 'Goa', day }], false);
    expect(columns(buckets)).toEqual([
      [
        ['Cowpea', 'Cowpea Pods'],
        ['Pods Goa', 'Goa'],
        [day, day],
      ],
    ]);
  });

  it('are five hundred at a time, and fewer of those that many reports have moved to', () => {
    const rows = (count: number, reports: number) =>
      Array.from({ length: count }, (_none, index) => ({ commodity: `c${index}`, state: 'Goa', day: '1', reports }));
    const sizes = (count: number, reports: number): number[] => {
      const buckets = new Buckets();
      buckets.add(rows(count, reports), false);
      return columns(buckets).map(([commodities]) => commodities.length);
    };
    expect(sizes(1_001, 1)).toEqual([500, 500, 1]);
    expect(sizes(5, 20_000)).toEqual([2, 2, 1]);
    expect(sizes(2, 100_000)).toEqual([1, 1]);
    expect(sizes(0, 0)).toEqual([]);
  });
});

describe('Slices', () => {
  it('keep the order, and leave nothing out', () => {
    expect([...slicesOf([3, 4, 9, 1, 1], 7, (value) => value)]).toEqual([[3, 4], [9], [1, 1]]);
  });
});
