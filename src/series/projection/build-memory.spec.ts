import { describe, expect, it } from '@jest/globals';
import type { InventoryEvent } from '../../contracts/index.js';
import { BuildMemory } from './build-memory.js';

const events = (positions: readonly number[], epoch = 'one') =>
  positions.map((position) => ({ position, epoch })) as InventoryEvent[];
const product = { id: 'p', vendorId: 'v', category: 'spices', commodity: null, variety: null, unitWeightKg: null };

describe('What is remembered of a build', () => {
  const after = (...batches: number[][]): BuildMemory => {
    const memory = new BuildMemory();
    for (const batch of batches) memory.begin(events(batch));
    return memory;
  };

  it('is what was written by the batches just before', () => {
    const memory = after([1, 2]);
    expect(memory.news([product])).toEqual([product]);
    memory.begin(events([3]));
    expect(memory.news([product])).toEqual([]);
    expect(memory.news([{ ...product, category: 'pulses' }])).toHaveLength(1);
    memory.begin(events([4, 5]));
    expect(memory.news([product])).toEqual([product]);
  });

  it.each([
    ['the batch comes again, as it was undone', [3], 'one'],
    ['another instance has handled some', [7], 'one'],
    ['the log was set back', [4], 'another'],
  ])('is nothing when %s', (_when, next, epoch) => {
    const memory = after([1, 2], [3]);
    memory.news([product]);
    expect(memory.isNewHour('one')).toBe(true);
    expect(memory.isNewHour('one')).toBe(false);
    memory.begin(events(next, epoch));
    expect(memory.news([product])).toEqual([product]);
    expect(memory.isNewHour('one')).toBe(true);
  });
});
