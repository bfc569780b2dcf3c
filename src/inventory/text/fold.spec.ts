import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldWord } from './fold.js';
import { MAX_WORD_LENGTH, wordsOf } from './words.js';

// Which spellings meet and which stay apart: spellings.spec.ts.
describe('foldWord', () => {
  it('keeps what tells words apart', () => {
    expect(foldWord('1509')).toBe('1509');
    expect(foldWord('a')).toBe('a');
    expect(foldWord('rai')).toBe('re');
  });

  it('folds a half-typed word to a prefix of the whole', () => {
    expect(foldWord('tamatar').startsWith(foldWord('tamat'))).toBe(true);
    expect(foldWord('dhaniya').startsWith(foldWord('dhaniy'))).toBe(true);
    expect(foldWord('टमाटर').startsWith(foldWord('tomat'))).toBe(true);
  });

  it('never gives anything for a word but ASCII letters and digits, of bounded length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        for (const word of [text, ...wordsOf(text)]) expect(foldWord(word)).toMatch(/^[a-z0-9]*$/);
        expect(foldWord(text).length).toBeLessThanOrEqual(MAX_WORD_LENGTH);
      }),
      { numRuns: 500 },
    );
  });

  it('gives something for every ASCII word', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9]{1,12}$/), (word) => foldWord(word) !== ''));
  });
});
