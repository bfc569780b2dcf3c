import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lexemesOf } from './lexemes.js';
import { type TextQuery, textQueryOf } from './text-query.js';
import { wordsOf } from './words.js';

/**
 * What PostgreSQL answers to `lexemes @@ query::tsquery`: "and" binds closer than "or", and parentheses closer still.
 */
function matches(lexemes: readonly string[], query: string): boolean {
  const tokens = query.match(/'[^']+'(?::\*)?|[()&|]/g) ?? [];
  const list = (operator: string, part: () => boolean): boolean[] => {
    const parts = [part()];
    while (tokens[0] === operator) {
      tokens.shift();
      parts.push(part());
    }
    return parts;
  };
  const either = (): boolean => list('|', () => list('&', term).every(Boolean)).some(Boolean);
  const term = (): boolean => {
    const token = tokens.shift()!;
    if (token !== '(') return has(lexemes, token);
    const found = either();
    expect(tokens.shift()).toBe(')');
    return found;
  };
  return either();
}

function has(lexemes: readonly string[], term: string): boolean {
  const [, lexeme = '', star] = /^'([^'\\]+)'(:\*)?$/.exec(term) ?? [];
  if (lexeme === '') throw new Error(`not a term: ${term}`);
  return lexemes.some((stored) => (star === undefined ? stored === lexeme : stored.startsWith(lexeme)));
}

const judged =
  (kind: keyof TextQuery) =>
  (q: string, names: string[], extra: string[] = [], synonyms: string[] = []): boolean =>
    matches(
      lexemesOf(names, extra, () => synonyms),
      textQueryOf(q)?.[kind] ?? '',
    );
const finds = judged('match');
const isNamed = judged('named');
const isWhole = judged('whole');

describe('textQueryOf', () => {
  it('writes tsquery text', () => {
    const whole = `'=red alu' & ('red' | '+red') & ('aloo' | '+aloo')`;
    const begun = `(${whole}) | ('red' & 'aloo') | ('red' & 'aloo':*)`;
    const spelled = `(('=red' | '-red') & ('=alu' | '-alu'))`;
    expect(textQueryOf('Red Aloo')).toEqual({
      whole,
      worded: `(${whole}) | ('red' & 'aloo')`,
      begun,
      named: `${begun} | '=red alu' | ${spelled} | (('red' | '+red') & ('aloo':* | '+aloo':*))`,
      match: `('red' | '+red' | '~red') & ('aloo':* | '+aloo':* | '~alu':*)`,
    });
  });

  it('is undefined when no word was typed', () => {
    expect(textQueryOf('')).toBeUndefined();
    expect(textQueryOf(` '":*&|!()\\ `)).toBeUndefined();
  });

  it('uses a folded form too short as a whole word only', () => {
    expect(textQueryOf('lal pya')?.match).toBe(`('lal' | '+lal' | '~ll') & ('pya':* | '+pya':* | '~py')`);
  });

  it('takes a short folded form that stands alone for what something is called', () => {
    expect(textQueryOf('pyaaz')?.match).toBe(`('pyaaz':* | '+pyaaz':* | '=pyj' | '-pyj')`);
    expect(finds('pyaaz', ['Onion'], ['best pyaz of all'])).toBe(false);
    expect(finds('pyaaz', ['Onion'], ['best pyaz of all'], ['Pyaz'])).toBe(true);
    expect(finds('pyaaz lal', ['Onion lal'], ['best pyaz of all'])).toBe(true);
  });

  it('takes an ordinary English word, and one of prices, for what it is', () => {
    expect(textQueryOf('book')?.match).toBe(`('book':* | '+book':*)`);
    expect(textQueryOf('mandi')?.match).toBe(`('mandi' | '+mandi')`);
    expect(textQueryOf('sharma', 'people')?.match).toBe(`('sharma':* | '+sharma':* | '~srm':*)`);
  });

  it('uses eight words, the last of them whole when more were typed', () => {
    expect(textQueryOf('one two three four five six seven eight nine')?.whole).not.toContain('nine');
    expect(textQueryOf('one two three four five six seven eight nine')?.match).not.toContain(':*');
  });

  it.each([
    ['tamat', 'Tamatar'],
    ['tomatar', 'टमाटर'],
    ['pya', 'Pyaz'],
    ['pyaaz', 'प्याज'],
    ['आलू', 'Aloo'],
    ['red on', 'Onions, red'],
  ])('finds by %s: %s', (q, name) => {
    expect(finds(q, [name])).toBe(true);
    expect(finds(q, ['Something'], [], [name])).toBe(true);
  });

  it.each([
    ['red onion', 'Onion'],
    ['t', 'आलू'],
    ['oni red', 'Onion red'],
  ])('does not find by %s: %s', (q, name) => expect(finds(q, [name])).toBe(false));

  it('takes a whole name or synonym, as it was typed, for the whole', () => {
    expect(isWhole('red ONION', ['Red Onion'])).toBe(true);
    expect(isWhole('kanda', ['Onion', 'Kanda'])).toBe(true);
    expect(isWhole('pyaz', ['Onion'], [], ['Pyaz'])).toBe(true);
    expect(isWhole('onion', ['Spring Onion'])).toBe(false);
    expect(isWhole('oni', ['Onion'])).toBe(false);
    expect(isWhole('pyaaz', ['Pyaz'])).toBe(false);
  });

  it('takes words of names as they are typed for such, also the beginning of one', () => {
    const [isWorded, isBegun] = [judged('worded'), judged('begun')];
    expect(isWorded('onion RED', ['Red Onion'])).toBe(true);
    expect(isWorded('pyaz', ['Onion', 'Lal Pyaz'])).toBe(true);
    expect(isWorded('oni', ['Onion'])).toBe(false);
    expect(isWorded('onion', ['Kanda'], ['Onion'])).toBe(false);
    expect(isBegun('red oni', ['Red Onion'])).toBe(true);
    expect(isBegun('mang', ['Green Gram', 'मूंग'])).toBe(false);
    expect(isBegun('oni red', ['Red Onion'])).toBe(false);
  });

  it('takes words of the first name in any spelling, and beginnings of all words, for named', () => {
    expect(isNamed('onion RED', ['Red Onion'])).toBe(true);
    expect(isNamed('pyaaz', ['Lal Pyaz'])).toBe(true);
    expect(isNamed('onions', ['Red Onion'])).toBe(true);
    expect(isNamed('pyaaz', ['Red Onion', 'Lal Pyaz'])).toBe(false);
    expect(isNamed('oni', ['Kanda'], ['Onion'])).toBe(true);
    expect(isNamed('tamat', ['टमाटर'])).toBe(false);
  });

  it('finds every item by its own name, exactly, whatever the name holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('', "'", '\\', "' | '"),
        (name, more) => {
          fc.pre(wordsOf(name).length > 0);
          for (const judge of [isWhole, judged('worded'), judged('begun'), isNamed, finds])
            expect(judge(name + more, [name])).toBe(true);
        },
      ),
    );
  });
});
