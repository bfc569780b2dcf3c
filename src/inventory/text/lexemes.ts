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

/** Words of one item's names that are read, repeated ones included: 16 in each of 64 languages. */
const MAX_NAME_WORDS = 1_024;

/** The word itself, in a name. */
export const nameLexeme = (word: string): string => word;

/** The word itself, in the extra texts. */
export const extraLexeme = (word: string): string => `+${word}`;

/** A folded form, wherever the word stands. */
export const foldLexeme = (folded: string): string => `~${folded}`;

/** What something is called, a word or more, in any spelling; empty if nothing is left of it. */
export function fullNameLexeme(words: readonly string[], fold: (word: string) => string = foldWord): string {
  const folded = words.map(fold).join(' ').trim();
  return folded === '' ? '' : `=${folded}`;
}

/** A word of what something is called, in any spelling. */
export const nameWordLexeme = (folded: string): string => `-${folded}`;

/** The lexemes of one item as they are found. Each word is folded once, and none when there is no room for more. */
class Lexemes {
  private readonly found = new Set<string>();
  private readonly folds = new Map<string, string>();

  get full(): boolean {
    return this.found.size >= MAX_LEXEMES;
  }

  has(lexeme: string): boolean {
    return this.found.has(lexeme);
  }

  add(lexeme: string): void {
    if (lexeme !== '' && !this.full) this.found.add(lexeme);
  }

  /** A word under its own lexeme, and what it folds to. */
  addWord(native: string, word: string): void {
    if (this.full) return;
    this.add(native);
    const folded = this.fold(word);
    if (folded !== '') this.add(foldLexeme(folded));
  }

  readonly fold = (word: string): string => {
    let folded = this.folds.get(word);
    if (folded === undefined) this.folds.set(word, (folded = foldWord(word)));
    return folded;
  };

  sorted(): string[] {
    return [...this.found].sort();
  }
}

/**
 * The lexemes of one item, sorted and without repetitions; every one is fit for `array_to_tsvector` (not empty, no
 * NUL, fewer than 2046 bytes). Takes a few
 * milliseconds at most, whatever the texts: once there is no room for more, or too many words have been read, the rest
 * is not.
 *
 * @param names the item's names in every language: an exact word of these ranks above all else
 * @param extra other texts it should be found by: description, category
 * @param synonymsOf what else it is called: found as the extra texts are, ranked above them if named as a whole. Not
 *   asked if the names alone are enough
 */
export function lexemesOf(
  names: readonly string[],
  extra: readonly string[],
  synonymsOf: (names: readonly string[]) => readonly string[] = () => [],
): string[] {
  const lexemes = new Lexemes();
  const nameWords = new Set<string>();
  const wordsOfNames: string[][] = [];
  let read = 0;
  for (const name of names) {
    if (read >= MAX_NAME_WORDS) break;
    const words = wordsOf(name);
    read += words.length;
    wordsOfNames.push(words);
    for (const word of words) {
      if (nameWords.has(word)) continue;
      nameWords.add(word);
      lexemes.addWord(nameLexeme(word), word);
    }
    if (lexemes.full) return lexemes.sorted();
  }
  for (const words of wordsOfNames) lexemes.add(fullNameLexeme(words, lexemes.fold));
  const synonyms = lexemes.full ? [] : synonymsOf(names.slice(0, wordsOfNames.length));
  const wordsOfSynonyms = synonyms.map(wordsOf);
  for (const words of wordsOfSynonyms) lexemes.add(fullNameLexeme(words, lexemes.fold));
  // Every word of the first name, since that is what people see, but of no other, or "sweet potato" in some language
  // would be as good a potato as a potato.
  for (const folded of (wordsOfNames[0] ?? []).map(lexemes.fold)) {
    if (folded !== '' && !lexemes.has(`=${folded}`)) lexemes.add(nameWordLexeme(folded));
  }
  const addExtra = (words: readonly string[]): void => {
    for (const word of words) if (!nameWords.has(word)) lexemes.addWord(extraLexeme(word), word);
  };
  wordsOfSynonyms.forEach(addExtra);
  for (const text of extra) if (!lexemes.full) addExtra(wordsOf(text));
  return lexemes.sorted();
}
