/** Longest word kept, in code points: at most 256 bytes of UTF-8, far below PostgreSQL's 2046 for a lexeme. */
export const MAX_WORD_LENGTH = 64;

/** Most words taken from one text; the rest of it is not searchable. */
export const MAX_WORDS = 256;

/** UTF-16 units looked at; no less than what MAX_WORDS words of MAX_WORD_LENGTH astral letters need. */
const MAX_TEXT_LENGTH = 40_000;

/**
 * Characters that come and go between spellings of the same word, so they are removed without separating:
 * ZWNJ, ZWJ, BOM and the soft hyphen; variation selectors; apostrophes in every typographic form;
 * Arabic tatweel, harakat, the superscript alef and Quranic signs. Removed only after NFKC, which has by then
 * composed madda and hamza with their letters (آ, ئ); those are letters of their own.
 */
const DROPPED =
  /[\u00AD\u200C-\u200D\u2060\uFEFF'`\u02BC\u2018-\u2019\u0640]|\p{Variation_Selector}|[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED]/gu;

/** Arabic-keyboard letters written for the Urdu ones; a reader does not see the difference. */
const URDU_LETTERS: Readonly<Record<string, string>> = { ي: 'ی', ى: 'ی', ك: 'ک', ه: 'ہ', ة: 'ہ', ۃ: 'ہ', ە: 'ہ' };
const VARIANT_LETTER = /[يىكهةۃە]/gu;

/**
 * A word begins with a letter or a number; a mark never separates. PostgreSQL's own parser takes vowel signs,
 * virama and nukta (all marks) for punctuation and cuts Indic words to pieces, hence this one.
 */
const WORD = /[\p{L}\p{N}][\p{L}\p{Mn}\p{Mc}\p{N}]*/gu;

/**
 * The words of a text in reading order, repeated words included, in the form in which equal words compare equal:
 * NFKC (which always decomposes the nukta letters of Devanagari, Bengali and Gurmukhi such as ज़ the same way), lower
 * case, Urdu letters. Bounded: see MAX_WORD_LENGTH and MAX_WORDS. Joining the words with spaces gives the same words.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = comparable(text.slice(0, MAX_TEXT_LENGTH)).match(WORD) ?? [];
  if (words.length > MAX_WORDS) words.length = MAX_WORDS;
  return words.map((word) => (word.length > MAX_WORD_LENGTH ? [...word].slice(0, MAX_WORD_LENGTH).join('') : word));
}

/** The second NFKC composes what the removals and lower-casing brought together. */
function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(DROPPED, '')
    .replace(VARIANT_LETTER, (letter) => URDU_LETTERS[letter] ?? letter)
    .normalize('NFKC');
}
