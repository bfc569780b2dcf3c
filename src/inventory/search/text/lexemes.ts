/**
 * What is stored for one item (`array_to_tsvector`) and what a query asks for must agree; this file alone defines it.
 * A lexeme is one of five kinds, told apart by a first character that no word of wordsOf can hold:
 *
 * | lexeme   | meaning                                                                      | example |
 * |----------|------------------------------------------------------------------------------|---------|
 * | `word`   | the word stands in a name of the item                                        | `आलू`   |
 * | `+word`  | the word stands in the extra texts only (description, category, synonyms)    | `+सब्जी` |
 * | `~fold`  | a word of a name or of the extra texts has this folded form (see foldWord)   | `~alu`  |
 * | `=folds` | a whole name or synonym has these folded forms                               | `=alu`  |
 * | `-fold`  | a word of the first name has this folded form, but no whole name has         | `-alu`  |
 *
 * So the plain lexemes alone say "this very word is in a name"; `=` says "this is what it is called", however it is
 * spelt, and `-` that it is part of it; one prefix of each of the other kinds finds everything else. Weights
 * (`setweight`) would tell names from extras too, but a GIN index does not hold weights: each row found would be
 * fetched to look at them. Every lexeme is one more entry of the index at every write, which is why no fact has two.
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

/** What something is called, a word or more, in any spelling; empty if nothing is left of it. */
export function fullNameLexeme(words: readonly string[]): string {
  const folded = words.map(foldWord).join(' ').trim();
  return folded === '' ? '' : `=${folded}`;
}

/** A word of what something is called, in any spelling. */
export const nameWordLexeme = (folded: string): string => `-${folded}`;

/**
 * The lexemes of one item, sorted and without repetitions; every one is fit for `array_to_tsvector` (not empty, no
 * NUL, fewer than 2046 bytes).
 *
 * @param names the item's names in every language: an exact word of these ranks above all else
 * @param extra other texts it should be found by: description, category
 * @param synonyms what else it is called: found as the extra texts are, ranked above them if named as a whole
 */
export function lexemesOf(
  names: readonly string[],
  extra: readonly string[],
  synonyms: readonly string[] = [],
): string[] {
  const nameWords = new Set(names.flatMap(wordsOf));
  const lexemes = new Set<string>();
  const add = (native: string, folded: string): void => {
    if (lexemes.size < MAX_LEXEMES) lexemes.add(native);
    if (lexemes.size < MAX_LEXEMES && folded !== '') lexemes.add(foldLexeme(folded));
  };
  for (const word of nameWords) add(nameLexeme(word), foldWord(word));
  const call = (lexeme: string): void => {
    if (lexeme !== '' && lexemes.size < MAX_LEXEMES) lexemes.add(lexeme);
  };
  for (const one of [...names, ...synonyms]) call(fullNameLexeme(wordsOf(one)));
  // Every word of the first name, since that is what people see, but of no other, or "sweet potato" in some language
  // would be as good a potato as a potato.
  for (const folded of wordsOf(names[0] ?? '').map(foldWord)) {
    if (folded !== '' && !lexemes.has(`=${folded}`)) call(nameWordLexeme(folded));
  }
  for (const word of [...synonyms, ...extra].flatMap(wordsOf)) {
    if (!nameWords.has(word)) add(extraLexeme(word), foldWord(word));
  }
  return [...lexemes].sort();
}
