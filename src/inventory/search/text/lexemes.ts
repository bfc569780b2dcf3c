/**
 * What is stored for one item (`array_to_tsvector`) and what a query asks for must agree; this file alone defines it.
 * A lexeme is one of three kinds, told apart by a first character that no word of wordsOf can hold:
 *
 * | lexeme  | meaning                                                                       | example |
 * |---------|-------------------------------------------------------------------------------|---------|
 * | `word`  | the word stands in a name of the item                                         | `आलू`   |
 * | `+word` | the word stands in the extra texts only (description, category, synonyms)     | `+सब्जी` |
 * | `~fold` | a word of a name or of the extra texts has this folded form (see foldWord)    | `~alu`  |
 *
 * So the plain lexemes alone say "this very word is in a name", which ranks first, and one prefix of each kind finds
 * everything else. Weights (`setweight`) would tell names from extras too, but a GIN index does not hold weights: each
 * row found would be fetched to look at them.
 */
import { foldWord } from './fold.js';
import { wordsOf } from './words.js';

/** Most lexemes stored for one item. Names are taken first, so a long description loses its end. */
export const MAX_LEXEMES = 512;

/** The word itself, in a name. */
export const nameLexeme = (word: string): string => word;

/** The word itself, in the extra texts. */
export const extraLexeme = (word: string): string => `+${word}`;

/** A folded form, wherever the word stands. */
export const foldLexeme = (folded: string): string => `~${folded}`;

/**
 * The lexemes of one item, sorted and without repetitions; every one is fit for `array_to_tsvector` (not empty, no
 * NUL, fewer than 2046 bytes).
 *
 * @param names the item's names in every language: an exact word of these ranks above all else
 * @param extra other texts it should be found by: description, category, synonyms
 */
export function lexemesOf(names: readonly string[], extra: readonly string[]): string[] {
  const nameWords = new Set(names.flatMap(wordsOf));
  const lexemes = new Set<string>();
  const add = (native: string, folded: string): void => {
    if (lexemes.size < MAX_LEXEMES) lexemes.add(native);
    if (lexemes.size < MAX_LEXEMES && folded !== '') lexemes.add(foldLexeme(folded));
  };
  for (const word of nameWords) add(nameLexeme(word), foldWord(word));
  for (const word of extra.flatMap(wordsOf)) {
    if (!nameWords.has(word)) add(extraLexeme(word), foldWord(word));
  }
  return [...lexemes].sort();
}
