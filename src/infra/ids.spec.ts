import { describe, expect, it } from '@jest/globals';
import { timeOrderedUuid } from './ids.js';

describe('time-ordered UUIDs', () => {
  const made = Array.from({ length: 5_000 }, timeOrderedUuid);

  it('are UUIDs of version 7, none twice', () => {
    for (const one of made)
      expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).toBe(made.length);
  });

  it('sort in the order they were made, within a millisecond too', () => {
    expect([...made].sort()).toEqual(made);
  });

  it('have a random end', () => {
    expect(new Set(made.map((one) => one.slice(-11))).size).toBeGreaterThan(4_990);
  });
});
