import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lexemesOf, MAX_LEXEMES } from './lexemes.js';

describe('lexemesOf', () => {
  it('stores words of names, words of the rest, and folded forms, sorted', () => {
    expect(lexemesOf(['Aloo', 'आलू'], ['Potato'])).toEqual(['+potato', '=alu', 'aloo', 'आलू', '~alu', '~potto'].sort());
  });

  it('stores a word once that is in a name and in the rest', () => {
    expect(lexemesOf(['aloo'], ['aloo aloo'])).toEqual(['=alu', 'aloo', '~alu']);
  });

  it('stores what an item is called: whole names and synonyms, and other words of its first name', () => {
    const calls = lexemesOf(['Red Onion', 'Lal Pyaz'], ['Nashik'], () => ['pyaj']).filter((lexeme) =>
      /^[=-]/.test(lexeme),
    );
    expect(calls).toEqual(['-onio', '-red', '=ll pyj', '=pyj', '=red onio']);
    expect(lexemesOf(['Sweet Potato', 'meethe aloo'], []).join()).not.toMatch(/[=-]alu/);
    expect(lexemesOf(['Potato'], [], () => ['aloo'])).toContain('=alu');
  });

  it('stores no word twice that is also a whole name', () => {
    expect(lexemesOf(['Okra'], [])).toEqual(['=okr', 'okra', '~okr']);
  });

  it('prefers names when there is too much', () => {
    const long = Array.from({ length: 250 }, (_, i) => `b${i}`).join(' ');
    const lexemes = lexemesOf(['zucchini'], [long, `c ${long.replaceAll('b', 'd')}`]);
    expect(lexemes).toHaveLength(MAX_LEXEMES);
    expect(lexemes).toContain('zucchini');
  });

  it('stores nothing that PostgreSQL would refuse', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 5 });
    fc.assert(
      fc.property(texts, texts, (names, extra) => {
        const lexemes = lexemesOf(names, extra);
        for (const lexeme of lexemes) {
          expect(lexeme).toMatch(/^(?:[-+~]?[\p{L}\p{M}\p{N}]+|=[\p{L}\p{M}\p{N} ]+)$/u);
          expect(Buffer.byteLength(lexeme)).toBeLessThan(2046);
        }
        expect(lexemes).toEqual([...new Set(lexemes)].sort());
      }),
    );
  });
});
