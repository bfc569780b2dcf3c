import { foldWord } from './fold.js';
import { callLexeme, extraLexeme, foldLexeme, nameLexeme } from './lexemes.js';
import { wordsOf } from './words.js';

/** Words of a query that count; each one costs three index look-ups. */
export const MAX_QUERY_WORDS = 8;

/**
 * A folded form shorter than this is matched whole only: as a prefix, "~p" (pa, pi, pai...) would be a good part of a
 * catalogue. What is typed so far is still matched as a prefix in its own script.
 */
export const MIN_FOLDED_PREFIX = 3;

/** Three PostgreSQL tsquery texts, to be bound as parameters and cast with `::tsquery` (not `to_tsquery`, which parses). */
export interface TextQuery {
  /** True only of items that have every word of the query, as typed, in their names. */
  readonly exact: string;
  /** True of items that are called what was typed, in whatever spelling: a superset of `exact`. */
  readonly called: string;
  /** True of every item to be found: a superset of `called`. */
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
  return {
    exact: words.map((word) => quoted(nameLexeme(word))).join(' & '),
    called: calledQuery(words),
    match: words.map((word, i) => `(${alternatives(word, i === unfinished).join(' | ')})`).join(' & '),
  };
}

/** The query as a whole is a name or a synonym, or each of its words is in a name. */
function calledQuery(words: readonly string[]): string {
  const each = words.map((word) => callLexeme([word])).filter((lexeme) => lexeme !== '');
  const whole = callLexeme(words);
  return [
    quoted(whole === '' ? words[0]! : whole),
    ...(each.length > 0 ? [`(${each.map(quoted).join(' & ')})`] : []),
  ].join(' | ');
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
