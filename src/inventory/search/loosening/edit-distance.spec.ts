import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distance, FAR, lettersApart, lettersOf } from './edit-distance.js';

/** Optimal string alignment as it is defined. */
function alignment(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length;
  const [a, b] = [one.slice(0, -1), other.slice(0, -1)];
  const same = one.at(-1) === other.at(-1);
  const turned = one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1) && one.length > 1 && other.length > 1;
  return Math.min(
    alignment(a, other) + 1,
    alignment(one, b) + 1,
    alignment(a, b) + (same ? 0 : 1),
    turned ? alignment(one.slice(0, -2), other.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY,
  );
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'प'), minLength: 1, maxLength: 6 });

describe('the distance of two words', () => {
  it.each([
    ['oinon', 'onion', 1],
    ['poatto', 'potato', 1],
    ['tumeric', 'turmeric', 1],
    ['nion', 'onion', 1.5],
    ['onion', 'onion', 0],
    ['onion', 'garlic', FAR],
    ['o'.repeat(300), 'o'.repeat(300), FAR],
  ])('%s and %s is %d', (one, other, edits) => {
    expect(distance(one, other, 2)).toBe(edits);
  });

  it('is that of their alignment, but for the first letter', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 2 }), (one, other, most) => {
        const edits = alignment(one, other);
        const found = distance(one, other, most);
        if (edits > most) expect(found).toBe(FAR);
        else expect(found).toBe(one[0] === other[0] ? edits : edits + 0.5);
        expect(lettersApart(lettersOf(one), lettersOf(other))).toBeLessThanOrEqual(2 * edits);
      }),
      { numRuns: 3_000 },
    );
  });
});
