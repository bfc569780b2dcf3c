import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lexemesOf } from './lexemes.js';
import { textQueryOf } from './text-query.js';
import { wordsOf } from './words.js';

/** What PostgreSQL answers to `lexemes @@ query::tsquery`, for the shape of queries made here. */
function matches(lexemes: readonly string[], query: string): boolean {
  return query.split(' & ').every((group) =>
    group
      .replace(/^\(|\)$/g, '')
      .split(' | ')
      .some((term) => {
        const parsed = /^'([^'\\]+)'(:\*)?$/.exec(term);
        if (parsed === null) throw new Error(`not a term: ${term}`);
        const [, lexeme = '', star] = parsed;
        return lexemes.some((stored) => (star === undefined ? stored === lexeme : stored.startsWith(lexeme)));
      }),
  );
}

const finds = (q: string, names: string[], extra: string[] = []): boolean =>
  matches(lexemesOf(names, extra), textQueryOf(q)?.match ?? '');
const isExact = (q: string, names: string[], extra: string[] = []): boolean =>
  matches(lexemesOf(names, extra), textQueryOf(q)?.exact ?? '');

describe('textQueryOf', () => {
  it('writes tsquery text', () => {
    expect(textQueryOf('Red Aloo')).toEqual({
      exact: `'red' & 'aloo'`,
      called: `'=red alu' | ('=red' & '=alu')`,
      match: `('red' | '+red' | '~red') & ('aloo':* | '+aloo':* | '~alu':*)`,
    });
  });

  it('is undefined when no word was typed', () => {
    expect(textQueryOf('')).toBeUndefined();
    expect(textQueryOf(` '":*&|!()\\ `)).toBeUndefined();
  });

  it('uses a folded form too short as a whole word only', () => {
    expect(textQueryOf('pya')?.match).toBe(`('pya':* | '+pya':* | '~py')`);
  });

  it('uses eight words, the last of them whole when more were typed', () => {
    expect(textQueryOf('one two three four five six seven eight nine')?.exact).not.toContain('nine');
    expect(textQueryOf('one two three four five six seven eight nine')?.match).not.toContain(':*');
  });

  it.each([
    ['tamat', 'Tamatar'],
    ['tomat', 'टमाटर'],
    ['pya', 'Pyaz'],
    ['pyaaz', 'प्याज'],
    ['आलू', 'Aloo'],
    ['red on', 'Onions, red'],
  ])('finds by %s: %s', (q, name) => {
    expect(finds(q, [name])).toBe(true);
    expect(finds(q, ['Something'], [name])).toBe(true);
  });

  it.each([
    ['red onion', 'Onion'],
    ['t', 'आलू'],
    ['oni red', 'Onion red'],
  ])('does not find by %s: %s', (q, name) => expect(finds(q, [name])).toBe(false));

  it('is exact for whole words of names as they are typed, and nothing else', () => {
    expect(isExact('onion RED', ['Red Onion'])).toBe(true);
    expect(isExact('onio', ['Onion'])).toBe(false);
    expect(isExact('onions', ['Onion'])).toBe(false);
    expect(isExact('onion', ['Kanda'], ['Onion'])).toBe(false);
  });

  it('finds every item by its own name, exactly, whatever the name holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('', "'", '\\', "' | '"),
        (name, more) => {
          fc.pre(wordsOf(name).length > 0);
          expect(isExact(name + more, [name]) && finds(name + more, [name])).toBe(true);
        },
      ),
    );
  });
});
