import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_WORD_LENGTH, MAX_WORDS, wordsOf } from './words.js';

/** Text with everything that makes Unicode difficult, far more often than chance would bring it up. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."aZ5 '’-.ßİΣकज़़ा्ंతమிাਂਆيكهةَّٓأآﻻ½ŉé"),
    fc.constantFrom(
      '\u0301',
      '\u0345',
      '\u200c',
      '\u200d',
      '\ufe0f',
      '\u20e3',
      '\u0640',
      '\u00a8',
      '🍅',
      '𝐀',
      '\0',
      '\\',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 80,
});

describe('wordsOf', () => {
  it('separates at everything that is no letter, mark or number, and lower-cases', () => {
    expect(wordsOf('  Fresh ONIONS (Nashik), 50-kg/bag ₹1,200!')).toEqual(
      'fresh onions nashik 50 kg bag 1 200'.split(' '),
    );
    expect(wordsOf(' .,!🍅 ')).toEqual([]);
  });

  it.each('हिन्दी गेहूँ प्याज़ வெங்காயம் ఉల్లిపాయ ಈರುಳ್ಳಿ പച്ചമുളക് পেঁয়াজ ડુંગળી ਪਿਆਜ਼ آلو'.split(' '))('keeps %s in one piece', (word) =>
    expect(wordsOf(`${word}, ${word}`)).toEqual([word.normalize('NFKC'), word.normalize('NFKC')]),
  );

  it.each([
    ['a composed and a decomposed nukta', '\u095B\u0940\u0930\u093E', '\u091C\u093C\u0940\u0930\u093E'],
    ['Arabic and Urdu yeh, kaf and heh', 'كيله', 'کیلہ'],
    ['harakat and none', 'پِیاز', 'پیاز'],
    ['joiners and none', 'क्\u200Dष', 'क्ष'],
    ['apostrophes and none', 'farmer’s', "farmer's"],
    ['full-width and plain letters', 'Ｏｎｉｏｎ', 'onion'],
  ])('makes no difference between %s', (_, one, other) => {
    expect(wordsOf(one)).toHaveLength(1);
    expect(wordsOf(one)).toEqual(wordsOf(other));
  });

  it('is bounded, and cuts between characters', () => {
    expect(wordsOf('x '.repeat(1000))).toHaveLength(MAX_WORDS);
    expect(wordsOf('𞤢'.repeat(100))).toEqual(['𞤢'.repeat(MAX_WORD_LENGTH)]);
  });

  it('gives the same words when they are joined and split again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const words = wordsOf(text);
        expect(wordsOf(words.join(' '))).toEqual(words);
      }),
      { numRuns: 1000 },
    );
  });
});
