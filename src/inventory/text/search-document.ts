import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SEARCHED_FIELDS, type SearchedFields, type Vendor } from '../../contracts/index.js';
import { EMPTY_WORDS, namesOf, synonymsOf } from '../glossary/index.js';
import { lexemesOf } from './lexemes.js';
import { wordsOf } from './words.js';

/** Characters of lexemes: more than twice of what the largest body holds, so that a request's lexemes are made once. */
const REMEMBERED = 12_000_000;
/** Characters that an entry takes beside its lexemes. */
const KEY = 64;

/**
 * Lexemes by the texts they are of. Making them takes some 400 µs, as long as PostgreSQL needs to store the product,
 * and the same commodity is sold in thousands of markets.
 */
const remembered = new LRUCache<string, readonly string[]>({
  maxSize: REMEMBERED,
  sizeCalculation: (lexemes) => lexemes.reduce((size, lexeme) => size + lexeme.length, KEY),
});

/**
 * What a product is found by: its own names, and less strongly its description, variety, grade, category and what the
 * glossary calls the same commodity in other languages.
 */
export function productLexemes(product: SearchedFields): readonly string[] {
  const texts = JSON.stringify(SEARCHED_FIELDS.map((field) => product[field]));
  const key = texts.length <= KEY ? texts : createHash('sha256').update(texts).digest('base64');
  let lexemes = remembered.get(key);
  if (!lexemes) {
    lexemes = newProductLexemes(product);
    remembered.set(key, lexemes);
  }
  return lexemes;
}

/** Texts are left alone from the end, where there are too many. */
function newProductLexemes({ name, names, description, variety, grade, category }: SearchedFields): string[] {
  const texts = [telling(variety), telling(grade), description ?? '', category];
  return lexemesOf([name, ...Object.values(names)], texts, (read) => synonymsOf(read, wordsOf).flatMap(namesOf));
}

/** The words of a variety or grade that tell it from others: 'FAQ' and 'Local' would find half of the catalogue. */
function telling(text: string | null): string {
  if (text === null) return '';
  return wordsOf(text)
    .filter((word) => !EMPTY_WORDS.has(word))
    .join(' ');
}

export function vendorLexemes(vendor: Pick<Vendor, 'name' | 'names' | 'market' | 'district' | 'state'>): string[] {
  const { name, names, market, district, state } = vendor;
  return lexemesOf([name, ...Object.values(names)], [market ?? '', district ?? '', state ?? '']);
}
