import { LISTED_WORDS, ORDINARY_WORDS } from '../glossary/index.js';
import { foldWord } from './fold.js';
import { fullNameLexeme, extraLexeme, foldLexeme, nameLexeme, nameWordLexeme } from './lexemes.js';
import { wordsOf } from './words.js';

/** Words of a query that count; each one costs three index look-ups. */
export const MAX_QUERY_WORDS = 8;

/**
 * A folded form shorter than this is matched whole only: as a prefix, "~p" (pa, pi, pai...) would be a good part of a
 * catalogue. What is typed so far is still matched as a prefix in its own script.
 */
export const MIN_FOLDED_PREFIX = 3;

/** Letters of a plain word that may still be the beginning of another: car. */
const MAX_BEGINNING = 4;

/** Letters of a folded form up to which it is short. */
const MAX_SHORT = 3;

/**
 * PostgreSQL tsquery texts, to be bound as parameters and cast with `::tsquery` (not `to_tsquery`, which parses). Each
 * is true of all items of which the one before it is true, and of more. Only `begun` and `match` have prefixes; the
 * others are answered by single look-ups.
 */
export interface TextQuery {
  /** True of items one of whose whole names, or synonyms of it, was typed. */
  readonly whole: string;
  /** And of those that have every word of the query, as typed, in their names. */
  readonly worded: string;
  /** And of those that have a word in their names that begins as the last one was typed. */
  readonly begun: string;
  /** And of those that have all words, in whatever spelling, in what they are called, or begin so in what else is. */
  readonly named: string;
  /** True of every item to be found. */
  readonly match: string;
}

/** By how much of them it satisfies an item is ranked; the strictest first. */
export const RANKED_BY = ['whole', 'worded', 'begun', 'named'] as const satisfies (keyof TextQuery)[];

/** The best rank there is. */
export const BEST_RANK = RANKED_BY.length;

/** The worst rank of what has a name that is written as it was typed; what ranks below may have its words elsewhere. */
export const WRITTEN_RANK = BEST_RANK - RANKED_BY.indexOf('begun');

/**
 * The query for what a user typed, or undefined when it holds no word. All words must be found (in any order, in names
 * or extra texts, as typed or folded); the last one may be half typed.
 *
 * @param of what is looked for: ordinary words name no goods, but people
 */
export function textQueryOf(q: string, of: 'goods' | 'people' = 'goods'): TextQuery | undefined {
  const all = wordsOf(q);
  const words = all.slice(0, MAX_QUERY_WORDS);
  if (words.length === 0) return undefined;
  // The last word that counts is half typed only if it is also the last one typed.
  const unfinished = all.length === words.length ? words.length - 1 : -1;
  const star = (index: number): string => (index === unfinished && !isComplete(words[index]!, of) ? ':*' : '');
  // An ordinary word is what it is, and no other spelling of something else: a book is no plum (bukhara).
  const spelledAs = (word: string, i: number): string[] =>
    of === 'goods' && ORDINARY_WORDS.has(word) ? [] : spellings(word, star(i), of === 'goods' && words.length === 1);
  const called = calledQuery(words);
  const whole = [called, ...words.map((word) => `(${quoted(nameLexeme(word))} | ${quoted(extraLexeme(word))})`)];
  const worded = words.map((word) => quoted(nameLexeme(word)));
  const begun = worded.map((word, index) => word + star(index));
  const begunElsewhere = words.map((word, i) => `(${begunAs(word, star(i)).join(' | ')})`);
  const stricter = [whole, worded, ...(unfinished < 0 ? [] : [begun])].map((terms) => `(${terms.join(' & ')})`);
  const anyFirst = (count: number, ...more: string[]): string => [...stricter.slice(0, count), ...more].join(' | ');
  return {
    whole: whole.join(' & '),
    worded: anyFirst(2),
    begun: anyFirst(3),
    named: anyFirst(3, called, ...partsQuery(words), `(${begunElsewhere.join(' & ')})`),
    match: words.map((word, i) => `(${[...begunAs(word, star(i)), ...spelledAs(word, i)].join(' | ')})`).join(' & '),
  };
}

/** Finds what any of them finds; undefined without any. */
export function anyOf(queries: readonly TextQuery[]): TextQuery | undefined {
  if (queries.length < 2) return queries[0];
  const either = (kind: keyof TextQuery): string => queries.map((query) => `(${query[kind]})`).join(' | ');
  return {
    whole: either('whole'),
    worded: either('worded'),
    begun: either('begun'),
    named: either('named'),
    match: either('match'),
  };
}

/** Finds what the first of them finds and the other doesn't. */
export function without(query: TextQuery, other: TextQuery): TextQuery {
  const only = (kind: keyof TextQuery): string => `(${query[kind]}) & !(${other.match})`;
  return {
    whole: only('whole'),
    worded: only('worded'),
    begun: only('begun'),
    named: only('named'),
    match: only('match'),
  };
}

/** The query as a whole is what the item is called, in whatever spelling. */
function calledQuery(words: readonly string[]): string {
  const call = fullNameLexeme(words);
  return quoted(call === '' ? words[0]! : call);
}

/** Each word is in any spelling a part of what the item is called. */
function partsQuery(words: readonly string[]): string[] {
  const parts = words
    .filter((word) => foldWord(word) !== '')
    .map((word) => `(${quoted(fullNameLexeme([word]))} | ${quoted(nameWordLexeme(foldWord(word)))})`);
  return parts.length > 0 ? [`(${parts.join(' & ')})`] : [];
}

/** A word of some length that is listed isn't the beginning of another: mandi is no mandia. Drums may be drumsticks. */
const isComplete = (word: string, of: 'goods' | 'people'): boolean =>
  of === 'goods' && word.length > MAX_BEGINNING && LISTED_WORDS.has(word);

const begunAs = (word: string, star: string): string[] => [
  quoted(nameLexeme(word)) + star,
  quoted(extraLexeme(word)) + star,
];

/**
 * Other spellings of a word. Short ones are shared by words of many languages, so one that stands alone is what
 * something is called, not just some word of its description.
 */
function spellings(word: string, star: string, isAlone: boolean): string[] {
  const folded = foldWord(word);
  if (folded === '') return [];
  if (!isAlone || folded.length > MAX_SHORT) {
    return [quoted(foldLexeme(folded)) + (folded.length < MIN_FOLDED_PREFIX ? '' : star)];
  }
  return [quoted(`=${folded}`), quoted(nameWordLexeme(folded))];
}

/** A lexeme in tsquery syntax. Words hold neither quotes nor backslashes; this does not rely on it. */
function quoted(lexeme: string): string {
  return `'${lexeme.replace(/['\\]/g, '$&$&')}'`;
}
