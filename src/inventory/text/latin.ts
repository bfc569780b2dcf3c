import anyAscii from 'any-ascii';

/** Whether a text is of printable ASCII alone, as words of a query and names are in Latin letters. */
export const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/**
 * The Unicode blocks of the Brahmic scripts, Devanagari (U+0900) to Malayalam (U+0D7F), are 128 characters each and
 * laid out alike: a character's offset in its block tells its kind whatever the script.
 */
const INDIC = /[\u0900-\u0D7F]/u;
const NASAL_SIGNS: ReadonlySet<number> = new Set([0x01, 0x02]); // candrabindu, anusvara
const NUKTA = 0x3c;
const GURMUKHI_TIPPI = '\u0A70'; // its offset is a letter in Bengali: ৰ
const GURMUKHI_ADDAK = '\u0A71'; // doubles the next consonant
const BENGALI_CANDRABINDU = '\u0981';

/**
 * Scripts of languages that leave the schwa at the end of a word and before C+V unspoken: Devanagari, Gurmukhi,
 * Gujarati.
 */
const SCHWA_DELETING = /[\u0900-\u097F\u0A00-\u0AFF]/u;
const CONSONANT = '(?:[bcdfgjklmnpqrstvwxyz]h?|h)';
const SILENT_SCHWA = new RegExp(`(?<=[aeiouA]${CONSONANT})A(?=${CONSONANT}[aeiouA])`, 'g');

const TAMIL = /[\u0B80-\u0BFF]/u;
const ARABIC = /\p{Script=Arabic}/u;

const AFTER_NASAL: Readonly<Record<string, string>> = { k: 'g', c: 'j', t: 'd', p: 'b' };
const BETWEEN_VOWELS: Readonly<Record<string, string>> = { k: 'g', c: 's', t: 'd', p: 'b' };

/**
 * A word of wordsOf in plain ASCII letters and digits, lower case, close to how people spell it in Latin letters:
 * टमाटर → tamatar, வெங்காயம் → vengayam, پیاز → pyaz. any-ascii knows the letters of every script but maps each by
 * itself, so what depends on neighbours is added around it: inherent vowels (without them दही and धी would both be
 * "dhi"), Tamil voicing, Urdu's vowel letters. Empty when nothing of the word can be written in ASCII.
 */
export function latinOf(word: string): string {
  let latin: string;
  if (INDIC.test(word)) latin = latinOfIndic(word);
  else if (ARABIC.test(word)) latin = anyAscii(urduVowels(word));
  else latin = anyAscii(word);
  return latin.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

/** Malayalam sounds that the letters by themselves do not show: ങ്ങ is nga, ഞ്ഞ is nja, a final virama a short u. */
const MALAYALAM: readonly (readonly [RegExp, string])[] = [
  [/ങ്ങ/gu, 'ങ്ഗ'],
  [/ഞ്ഞ/gu, 'ഞ്ജ'],
  [/\u0D4D$/u, '\u0D41'],
];

function latinOfIndic(native: string): string {
  let word = native;
  for (const [pattern, replacement] of MALAYALAM) word = word.replace(pattern, replacement);
  // 'A' marks the inherent vowel (words are lower case, so it is free) until it is known whether it is spoken.
  let latin = anyAscii(withInherentVowels(word)).replace(/[^A-Za-z0-9]+/g, '');
  if (SCHWA_DELETING.test(word)) latin = latin.replace(/(?<=.)A$/, '').replace(SILENT_SCHWA, '');
  if (TAMIL.test(word)) latin = voiced(latin);
  return latin.replace(/c(?!h)/g, 'ch');
}

function withInherentVowels(word: string): string {
  const chars = [...word];
  let out = '';
  for (const [i, char] of chars.entries()) {
    const offset = offsetOf(char);
    if (char === BENGALI_CANDRABINDU) continue; // only colours the vowel: পেঁয়াজ is spoken and spelt "peyaj"
    if (char === GURMUKHI_ADDAK) out += anyAscii(chars[i + 1] ?? '').slice(0, 1);
    else if (NASAL_SIGNS.has(offset) || char === GURMUKHI_TIPPI) out += isFinalM(word, chars, i) ? 'm' : 'n';
    else out += char;
    const next = offsetOf(chars[i + 1] ?? '');
    const base = offset === NUKTA ? offsetOf(chars[i - 1] ?? '') : offset;
    if (isConsonant(base) && next !== NUKTA && !isVowelSign(next)) out += 'A';
  }
  return out;
}

/** In the southern scripts a final anusvara is a full m (అల్లం, allam); in the northern ones it nasalises (गेहूं). */
function isFinalM(word: string, chars: readonly string[], i: number): boolean {
  return i === chars.length - 1 && /[\u0B80-\u0D7F]/u.test(word);
}

function offsetOf(char: string): number {
  return INDIC.test(char) ? char.charCodeAt(0) % 0x80 : -1;
}

function isConsonant(offset: number): boolean {
  return offset >= 0x15 && offset <= 0x39;
}

/** Vowel signs and the virama (0x4D); the last three are length marks of the southern scripts and Bengali. */
function isVowelSign(offset: number): boolean {
  return (offset >= 0x3e && offset <= 0x4d) || (offset >= 0x55 && offset <= 0x57);
}

/** Tamil writes one letter for k/g, t/d, p/b, c/j/s: voiced after a nasal and alone between vowels. */
function voiced(latin: string): string {
  return latin
    .replace(/(?<=[nm])[kctp](?=[aeiouA])/g, (stop) => AFTER_NASAL[stop] ?? stop)
    .replace(/(?<=[aeiouA])[kctp](?=[aeiouA])/g, (stop) => BETWEEN_VOWELS[stop] ?? stop);
}

/**
 * Urdu leaves short vowels unwritten and has one letter for v/u/o and one for y/i/e. Chosen here is the commoner
 * reading in names of produce: e (kela, methi, seb, karela) but i before r, n, m (zira, khira, chini, limu) and at the
 * end; u (alu, muli, masur). The consonant ہ gets a vowel before it, lest دہی (dahi) read as an aspirate like دھی.
 */
function urduVowels(word: string): string {
  return word
    .replace(/^او/u, 'o')
    .replace(/^ای/u, 'i')
    .replace(/[آاأإٱع]/gu, 'a')
    .replace(/ئ/gu, '')
    .replace(/ی(?=[aوے])/gu, 'y')
    .replace(/ی(?=[رڑنم]|$)/gu, 'i')
    .replace(/(?<=.)ی/gu, 'e')
    .replace(/ے/gu, 'e')
    .replace(/ں/gu, 'n')
    .replace(/(?<=.)ہ/gu, 'ah')
    .replace(/^و|و(?=a)|(?<=a)و/gu, 'v')
    .replace(/[وؤ]/gu, 'u');
}
