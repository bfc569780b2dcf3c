import { describe, expect, it } from '@jest/globals';
import type { InventoryEvent } from '../../contracts/index.js';
import { anEvent, aProduct, positionsOf } from '../../../test/support/events.js';
import { EventRing } from './event-ring.js';

describe('EventRing', () => {
  const ringOf = (capacity: number, ...positions: number[]): EventRing => {
    const ring = new EventRing(capacity);
    for (const position of positions) ring.push(anEvent({ position }));
    return ring;
  };
  /** Positions of at most `limit` events, the last of which is where it has looked up to. */
  const after = (ring: EventRing, position: number, limit = 100): number[] | undefined => {
    const events: InventoryEvent[] = [];
    const last = ring.lookThrough(position, ({ event }) => events.push(event) === limit);
    expect(last).toBe(events.at(-1));
    return last && positionsOf(events);
  };

  it('has what follows a position if it has the very next one', () => {
    const ring = ringOf(10, 5, 6, 7);
    expect(after(ring, 4)).toEqual([5, 6, 7]);
    expect(after(ring, 5, 1)).toEqual([6]);
    expect(after(ring, 3)).toBeUndefined();
    expect(after(ring, 7)).toBeUndefined();
    expect(after(ring, 9)).toBeUndefined();
    expect(after(ringOf(10), 0)).toBeUndefined();
  });

  it('keeps no gap: what doesn’t follow the last one begins anew', () => {
    const ring = ringOf(10, 1, 2, 5, 6);
    expect(after(ring, 1)).toBeUndefined();
    expect(after(ring, 4)).toEqual([5, 6]);
    ring.clear();
    expect(after(ring, 4)).toBeUndefined();
  });

  it('keeps at least its capacity, and less than twice as many', () => {
    const ring = ringOf(10, ...Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(after(ring, 990)).toHaveLength(10);
    expect(after(ring, 980)).toBeUndefined();
  });

  it('keeps fewer of long texts', () => {
    const ring = new EventRing(1_000, 1_000_000);
    const product = { ...aProduct(), description: 'x'.repeat(50_000) };
    for (let position = 1; position <= 100; position += 1) ring.push(anEvent({ position, product }));
    expect(after(ring, 97)).toEqual([98, 99, 100]);
    expect(after(ring, 90)).toBeUndefined();
  });
});
