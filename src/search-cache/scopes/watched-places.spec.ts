import { describe, expect, it } from '@jest/globals';
import { OPEN } from './scope-names.js';
import { MOST_PLACES, WatchedPlaces } from './watched-places.js';

describe('watched places', () => {
  const place = (vendor: string, category: string) => ({ vendor, category });

  it('are those that have been noted, and no others', () => {
    const watched = new WatchedPlaces();
    watched.note(place('v1', OPEN));
    watched.note(place(OPEN, 'spices'));
    watched.note(place(OPEN, 'spices'));
    expect(watched.has(place('v1', OPEN))).toBe(true);
    expect(watched.has(place(OPEN, 'spices'))).toBe(true);
    for (const [vendor, category] of [
      ['v1', 'spices'],
      ['v2', OPEN],
      [OPEN, OPEN],
      [OPEN, 'v1'],
    ] as const) {
      expect(watched.has(place(vendor, category))).toBe(false);
    }
  });

  it('are all rather than too many', () => {
    const watched = new WatchedPlaces();
    const note = (index: number): void => watched.note(place(`v${index % 100}`, `c${index}`));
    for (let index = 1; index < MOST_PLACES; index += 1) note(index);
    expect(watched.has(place('never', OPEN))).toBe(false);
    note(0);
    expect(watched.has(place('never', OPEN))).toBe(true);
  });
});
