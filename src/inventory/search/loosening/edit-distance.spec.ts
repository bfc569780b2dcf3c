import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distance, FAR, lettersApart, lettersOf } from './edit-distance.js';

const VOWELS = ['a', 'e', 'ि', 'ी'];
const isVowel = (letter: string | undefined): boolean => VOWELS.includes(letter ?? '');

/** Of the last letter, where the other word has none. */
const costOf = (word: string): number => (word.length > 1 && word.at(-1) === word.at(-2) ? 0.5 : 1);

/** Optimal string alignment as it is defined, with vowels and doubled letters that count half. */
function alignment(one: string, other: string): number {
  const [a, b] = [one.slice(0, -1), other.slice(0, -1)];
  if (one === '') return other === '' ? 0 : alignment(one, b) + costOf(other);
  if (other === '') return alignment(a, other) + costOf(one);
  const isHalf = one.length > 1 && isVowel(one.at(-1)) && isVowel(other.at(-1));
  const changed = one.at(-1) === other.at(-1) ? 0 : isHalf ? 0.5 : 1;
  const turned = one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1) && one.length > 1 && other.length > 1;
  return Math.min(
    alignment(a, other) + costOf(one),
    alignment(one, b) + costOf(other),
    alignment(a, b) + changed,
    turned ? alignment(one.slice(0, -2), other.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY,
  );
}

const word = fc.string({ unit: fc.constantFrom('b', 'c', 'प', ...VOWELS), minLength: 1, maxLength: 6 });

describe('the distance of two words', () => {
  it.each([
    ['oinon', 'onion', 1],
    ['poatto', 'potato', 1],
    ['tumeric', 'turmeric', 1],
    ['nion', 'onion', 1.5],
    ['tumaric', 'turmeric', 1.5],
    ['currit', 'carrot', 1],
    ['tommato', 'tomato', 0.5],
    ['मीर्च', 'मिर्च', 0.5],
    ['inion', 'onion', 1.5],
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
