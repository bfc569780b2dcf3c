/** Words of queries that name no good: prices, requests, qualities, endings, places. Read from the tables in `data`. */
import { groupBy } from '../../infra/index.js';
import { readLines, readTable } from './table.js';

const comparable = (word: string): string => word.normalize('NFKC').toLowerCase();

const fillers = readTable('filler-words.tsv', ['lang', 'kind', 'word']);

const wordsOfKinds = (...kinds: readonly string[]): ReadonlySet<string> =>
  new Set(fillers.filter(({ kind }) => kinds.includes(kind)).map(({ word }) => comparable(word)));

/**
 * Words that say something about a price, an amount or a wish, as people add them to the name of a good: 'bhav',
 * 'விலை', 'kg', 'buy', 'का'. In the form of `wordsOf`.
 */
export const FILLER_WORDS = wordsOfKinds('price', 'quantity', 'request');

/**
 * Words that say which of a good is meant: 'fresh', 'red', 'देसी'. Of use where a name has them ('red chilli'), and to
 * be left out where none does. In the form of `wordsOf`.
 */
export const QUALITY_WORDS = wordsOfKinds('quality', 'nothing');

/**
 * Words that price files have for a variety or grade that isn't known: 'Other', 'Local', 'FAQ' (fair average quality).
 * No product is found by them. In the form of `wordsOf`.
 */
export const EMPTY_WORDS = wordsOfKinds('nothing');

/** Endings of inflected words in one script; the longest first. */
export interface Endings {
  /** A Unicode script, as `\p{Script=…}` names it. */
  readonly script: string;
  /** What to take off the end of a word, and what to put there, which may be nothing. */
  readonly endings: readonly (readonly [ending: string, replacement: string])[];
}

/** Over-generous: a stem is of use only if something is called so. */
export const ENDINGS: readonly Endings[] = [
  ...groupBy(readTable('endings.tsv', ['script', 'ending', 'replacement']), ({ script }) => script),
].map(([script, rows]) => ({
  script,
  endings: rows.map(({ ending, replacement }) => [ending.normalize('NFKC'), replacement.normalize('NFKC')] as const),
}));

/** A state as the portal names it, and its other names in all scripts. */
export interface StateNames {
  readonly name: string;
  readonly aliases: readonly string[];
}

export const STATE_NAMES: readonly StateNames[] = [
  ...groupBy(readTable('states.tsv', ['state', 'name']), ({ state }) => state),
].map(([name, rows]) => ({ name, aliases: rows.map((row) => row.name) }));

/** Names of one town or district each: former ones, spellings, other scripts. */
export const PLACE_ALIASES: readonly (readonly string[])[] = [
  ...groupBy(readTable('places.tsv', ['place', 'name']), ({ place }) => place),
].map(([name, rows]) => [name, ...rows.map((row) => row.name)]);

/** Those of `ORDINARY_WORDS` that are in the lists themselves. */
export const LISTED_WORDS: ReadonlySet<string> = new Set([...readLines('ordinary-words.txt'), ...FILLER_WORDS]);

/**
 * Common words that name no good, in all the scripts, and those that queries have beside names: none of them is a slip
 * of the pen or another spelling of something else. A house is no horse gram, and શાળા (school) no paddy (साळ).
 */
export const ORDINARY_WORDS: ReadonlySet<string> = new Set([
  ...LISTED_WORDS,
  ...[...LISTED_WORDS].flatMap((word) => inflected(word)),
]);

/** Other forms of an English word, some of which there may not be: paths, loaded, failing. */
function inflected(word: string): string[] {
  if (!/^[a-z]{4,}$/.test(word)) return [];
  const stem = word.replace(/e$/, '');
  return [/(?:[sxz]|[cs]h)$/.test(word) ? `${word}es` : `${word}s`, `${stem}ed`, `${stem}ing`];
}
