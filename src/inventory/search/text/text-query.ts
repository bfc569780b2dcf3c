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

/**
 * Three PostgreSQL tsquery texts, to be bound as parameters and cast with `::tsquery` (not `to_tsquery`, which parses).
 * Only `match` has prefixes; the others are answered by single look-ups.
 */
export interface TextQuery {
  /** True of items one of whose whole names, or synonyms of it, was typed; a superset of those spelt the same way. */
  readonly whole: string;
  /**
   * True of items that have every word of the query, as typed, in their names, or in whatever spelling in what they are
   * called: a superset of `whole`.
   */
  readonly named: string;
  /** True of every item to be found: a superset of `named`. */
  readonly match: string;
}

/**
 * The query for what a user typed, or undefined when it holds no word. All words must be found (in any order, in names
 * or extra texts, as typed or folded); the last one may be half typed.
 */
export function textQueryOf(q: string): TextQuery | undefined {
  const all = wordsOf(q);
  const words = all.slice(0, MAX_QUERY_WORDS);
  if (words.length === 0) return undefined;
  // The last word that counts is half typed only if it is also the last one typed.
  const unfinished = all.length === words.length ? words.length - 1 : -1;
  const typed = words.map((word) => `(${quoted(nameLexeme(word))} | ${quoted(extraLexeme(word))})`);
  const called = calledQuery(words);
  return {
    whole: [called, ...typed].join(' & '),
    named: [called, ...namedQueries(words)].join(' | '),
    match: words.map((word, i) => `(${alternatives(word, i === unfinished).join(' | ')})`).join(' & '),
  };
}

/** The query as a whole is what the item is called, in whatever spelling. */
function calledQuery(words: readonly string[]): string {
  const call = fullNameLexeme(words);
  return quoted(call === '' ? words[0]! : call);
}

/** Each word is in a name as typed, or in any spelling a part of what the item is called. */
function namedQueries(words: readonly string[]): string[] {
  const parts = words
    .filter((word) => foldWord(word) !== '')
    .map((word) => `(${quoted(fullNameLexeme([word]))} | ${quoted(nameWordLexeme(foldWord(word)))})`);
  return [words.map((word) => quoted(nameLexeme(word))), parts]
    .filter((terms) => terms.length > 0)
    .map((terms) => `(${terms.join(' & ')})`);
}

function alternatives(word: string, unfinished: boolean): string[] {
  const folded = foldWord(word);
  const star = unfinished ? ':*' : '';
  const found = [quoted(nameLexeme(word)) + star, quoted(extraLexeme(word)) + star];
  if (folded !== '') found.push(quoted(foldLexeme(folded)) + (folded.length < MIN_FOLDED_PREFIX ? '' : star));
  return found;
}

/** A lexeme in tsquery syntax. Words hold neither quotes nor backslashes; this does not rely on it. */
function quoted(lexeme: string): string {
  return `'${lexeme.replace(/['\\]/g, '$&$&')}'`;
}
