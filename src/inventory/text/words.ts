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
 * Spellings that a reader does not see, either, each of one script. In this order, before anything is dropped:
 * - Arabic ه for Urdu ھ after a consonant that can be aspirated (گهی, ghee), not at the end, where it is ہ (پپیته);
 * - ZWNJ where an Urdu compound could have a blank (پھول‌گوبھی);
 * - Malayalam chillu letters as they were encoded before Unicode 5.1: consonant, virama, ZWJ (മഞ്ഞള്‍);
 * - Malayalam ൻറ for ന്റ, ററ for റ്റ (കാരററ്), and the vowel sign au of the old orthography (ചൌവ്വരി);
 * - Tamil ள typed for the second half of the vowel sign au (செளசெள), which looks the same.
 */
const LOOK_ALIKES: readonly (readonly [RegExp, string | ((letter: string) => string)])[] = [
  [/(?<=[بپتٹجچدڈکكگڑ])ه(?=\p{Script=Arabic})/gu, 'ھ'],
  [/(?<=\p{Script=Arabic})\u200C(?=\p{Script=Arabic})/gu, ' '],
  [/[ണനരലളക]\u0D4D\u200D/gu, ([letter]) => CHILLU[letter!]!],
  [/ൻറ/gu, 'ന്റ'],
  [/റ(?=റ)/gu, 'റ്'],
  [/\u0D4C/gu, '\u0D57'],
  [/\u0BC6\u0BB3(?!\p{Mark})/gu, '\u0BCC'],
];
const CHILLU: Readonly<Record<string, string>> = { ണ: 'ൺ', ന: 'ൻ', ര: 'ർ', ല: 'ൽ', ള: 'ൾ', ക: 'ൿ' };

/** Scripts that the spellings above are of. */
const HAS_LOOK_ALIKE = /\p{Script=Arabic}|\p{Script=Tamil}|\p{Script=Malayalam}/u;

/** Digits of the Brahmic scripts, which begin 6 behind a multiple of 16, and Arabic ones, which begin at one. */
const INDIC_DIGIT = /[०-९০-৯੦-੯૦-૯୦-୯௦-௯౦-౯೦-೯൦-൯]/gu;
const ARABIC_DIGIT = /[٠-٩۰-۹]/gu;
const lowBits = (digit: string): number => digit.charCodeAt(0) & 0xf;

/**
 * A word begins with a letter or a number; a mark never separates. PostgreSQL's own parser takes vowel signs,
 * virama and nukta (all marks) for punctuation and cuts Indic words to pieces, hence this one.
 */
const WORD = /[\p{L}\p{N}][\p{L}\p{Mn}\p{Mc}\p{N}]*/gu;

/**
 * The words of a text in reading order, repeated words included, in the form in which equal words compare equal:
 * NFKC (which always decomposes the nukta letters of Devanagari, Bengali and Gurmukhi such as ज़ the same way), lower
 * case, Urdu letters, ASCII digits. Bounded: see MAX_WORD_LENGTH and MAX_WORDS. Joining the words with spaces gives the
 * same words.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = comparable(text.slice(0, MAX_TEXT_LENGTH)).match(WORD) ?? [];
  if (words.length > MAX_WORDS) words.length = MAX_WORDS;
  return words.map((word) => (word.length > MAX_WORD_LENGTH ? [...word].slice(0, MAX_WORD_LENGTH).join('') : word));
}

/** The second NFKC composes what the removals and lower-casing brought together. */
function comparable(text: string): string {
  return withoutLookAlikes(text.normalize('NFKC').toLowerCase())
    .replace(DROPPED, '')
    .replace(VARIANT_LETTER, (letter) => URDU_LETTERS[letter] ?? letter)
    .replace(INDIC_DIGIT, (digit) => String(lowBits(digit) - 6))
    .replace(ARABIC_DIGIT, (digit) => String(lowBits(digit)))
    .normalize('NFKC');
}

function withoutLookAlikes(text: string): string {
  if (!HAS_LOOK_ALIKE.test(text)) return text;
  return LOOK_ALIKES.reduce((plain, [written, meant]) => plain.replace(written, meant as string), text);
}

/** How many words a text has, before any of them is brought into that form: some tens of microseconds for 12,000. */
export const countWords = (text: string): number => text.match(WORD)?.length ?? 0;
