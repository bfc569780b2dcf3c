import { latinOf } from './latin.js';
import { MAX_WORD_LENGTH } from './words.js';

/**
 * The rules, applied in this order. Later rules count on earlier ones: aspirates go while every written 'a' still
 * stands (dahi is no "dhi"), endings before the 'a's go (dhaniya does not end in y).
 * Capital C is the sound of "chana" while small c is still the ambiguous Latin letter.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Consonants that are spelt several ways.
  // A run of c's is looked at once, from its beginning: from each of them it would take the square of its length.
  [/(?<!c)c+h+/g, 'C'],
  [/c(?=[eiy])/g, 's'], // celery
  [/c|q/g, 'k'], // carrot, qaddu
  [/zh/g, 'l'], // pazham: ழ is l in any-ascii
  [/ph+/g, 'f'],
  [/([bCdgjkst])h+/g, '$1'], // bhindi, dhania, gobhi, khira, methi; sh and s
  [/x/g, 'ks'],
  [/z/g, 'j'],
  [/w/g, 'v'],
  // Long vowels. Done before doubled letters are made single, which would turn ee into e.
  [/ee+|ii+/g, 'i'],
  [/oo+|uu+/g, 'u'],
  [/([a-zC])\1+/g, '$1'],
  [/^tom/, 'tam'], // the one borrowed vowel that matters in every market: tomatar, tomato, tamatar
  // Endings: a plural s, for all scripts alike so that kapas and कपास (no plurals) still meet; y for i.
  [/(?<=...)s(?:es)?$/, ''],
  [/([^aeiou])y$/, '$1i'],
  // Vowels and glides.
  [/^e/, 'i'], // elaichi, ilaichi
  [/(?<=[^aeiou])(?:iy?|ey)(?=a)|iy$/g, 'y'], // dhania, dhaniya; piyaz, peyaj
  [/(?<=[^aeiou])(?:uv?|ov)(?=a)/g, 'v'], // guar, guvar, gwar; jowar, jwar
  [/e(?=h[^aeiouy])/g, 'a'], // lehsun, lahsun
  // Nasals: silent before h (genhu), g and k (baigan, moog), one letter before other consonants. They voice a k
  // (venkayam, vengayam), and vowels before them waver between e and i (bhendi), o and u (sonth).
  [/n(?=h)/g, ''],
  [/e(?=n[^aeiou]|m[pbf])/g, 'i'],
  [/a[iy]/g, 'e'], // after the line above, as baigan has lost its n; y: elaychi, vankaya and vankai
  [/au|ou/g, 'o'],
  [/o(?=n[^aeiou]|m[pbf])/g, 'u'],
  [/m(?=[pbf])/g, 'n'],
  [/(?<=.)n[gk]/g, 'g'],
  // The inherent vowel: written, unwritten or misheard; only at the start of a word does it tell words apart.
  [/(?<=.)a/g, ''],
  [/(?<=.)h(?=[^aeiouy]|$)/g, ''], // lahsun, lasun
  [/(?<=..[ou])n$/, ''], // gehun, sarson
  [/(?<=^...|...[^ie])[ie]+$/, ''], // gender and number: mirch, mirchi; kela, kele. Short words need the vowel: ragi, rai
];

/**
 * The folded form of one word of wordsOf, equal for the usual spellings of an Indian word in any script:
 * aloo, alu, आलू, ਆਲੂ and آلو all give "alu". Matches ^[a-z0-9]*$, at most MAX_WORD_LENGTH long; falls back to the
 * plain ASCII form when the rules leave nothing, and is empty only when the word has no ASCII form at all.
 *
 * Built for recall, as a folded match ranks below an exact one. A skeleton without any vowels, as Soundex has it,
 * would unite more (Urdu's unwritten i and u) but makes one of til and tel, of tur and tori, of alu and ola.
 */
export function foldWord(word: string): string {
  const latin = latinOf(word);
  let folded = latin;
  for (const [pattern, replacement] of RULES) folded = folded.replace(pattern, replacement);
  return (folded || latin).toLowerCase().slice(0, MAX_WORD_LENGTH);
}
