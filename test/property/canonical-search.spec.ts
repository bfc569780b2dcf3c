import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wordsOf } from '../../src/inventory/text/words.js';
import { productSearchKey } from '../../src/search-cache/pages/canonical-search.js';

/** Letters, and whatever may stand between or inside of words; the invisible ones look the same and are not. */
const unit = fc.oneof(
  fc.constantFrom('a', 'A', 'प', '्', 'य', 'İ', 'ß', 'ﬁ', '１', "'", '-', '!'),
  fc.constantFrom(' ', '\t', '\n', '\u0085', '\u00a0', '\u00ad', '\u1680', '\u2003', '\u200b', '\u200c', '\u200d'),
  fc.constantFrom('\u2028', '\u202f', '\u2060', '\u3000', '\ufeff'),
);
const text = fc.string({ unit, maxLength: 6 });
const keyOf = (q: string) => productSearchKey({ q }, { limit: 20 });

/** A cached page is for whoever has its key: two texts that find different things must never share one. */
describe('texts with the same key', () => {
  it('have the same words', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        if (keyOf(one) === keyOf(other)) expect(wordsOf(one)).toEqual(wordsOf(other));
      }),
      { numRuns: 20_000, examples: [['a\ufeffb', 'a b']] },
    );
  });

  it('are not rare', () => {
    const tidy = fc.property(text, (one) => {
      const spaced = ` ${one.replaceAll(' ', '\u3000  ')}\t`;
      expect(keyOf(spaced)).toBe(keyOf(one));
      expect(wordsOf(spaced)).toEqual(wordsOf(one));
    });
    fc.assert(tidy, { numRuns: 2_000 });
  });
});
