import { describe, expect, it } from '@jest/globals';
import { OPEN } from './scope-names.js';
import { MAX_WATCHED_LISTINGS, WatchedListings } from './watched-listings.js';

describe('watched listings', () => {
  const listing = (vendor: string, category: string) => ({ vendor, category });

  it('are those that have been noted, and no others', () => {
    const watched = new WatchedListings();
    watched.note(listing('v1', OPEN));
    watched.note(listing(OPEN, 'spices'));
    watched.note(listing(OPEN, 'spices'));
    expect(watched.has(listing('v1', OPEN))).toBe(true);
    expect(watched.has(listing(OPEN, 'spices'))).toBe(true);
    for (const [vendor, category] of [
      ['v1', 'spices'],
      ['v2', OPEN],
      [OPEN, OPEN],
      [OPEN, 'v1'],
    ] as const) {
      expect(watched.has(listing(vendor, category))).toBe(false);
    }
  });

  it('are all rather than too many', () => {
    const watched = new WatchedListings();
    const note = (index: number): void => watched.note(listing(`v${index % 100}`, `c${index}`));
    for (let index = 1; index < MAX_WATCHED_LISTINGS; index += 1) note(index);
    expect(watched.has(listing('never', OPEN))).toBe(false);
    note(0);
    expect(watched.has(listing('never', OPEN))).toBe(true);
  });
});
