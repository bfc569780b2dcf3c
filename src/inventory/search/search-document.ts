import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Product, Vendor } from '../../contracts/index.js';
import { synonymsOf } from '../glossary/index.js';
import { lexemesOf } from './text/lexemes.js';
import { wordsOf } from './text/words.js';

type ProductTexts = Pick<Product, 'name' | 'names' | 'description' | 'category'>;

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
 * What a product is found by: its own names, and less strongly its description, its category and what the glossary
 * calls the same commodity in other languages.
 */
export function productLexemes({ name, names, description, category }: ProductTexts): readonly string[] {
  const texts = JSON.stringify([name, names, description, category]);
  const key = texts.length <= KEY ? texts : createHash('sha256').update(texts).digest('base64');
  let lexemes = remembered.get(key);
  if (!lexemes) {
    lexemes = newProductLexemes({ name, names, description, category });
    remembered.set(key, lexemes);
  }
  return lexemes;
}

function newProductLexemes(product: ProductTexts): string[] {
  const names = [product.name, ...Object.values(product.names)];
  return lexemesOf(names, [product.description ?? '', product.category], (read) =>
    synonymsOf(read, wordsOf).flatMap((entry) => [entry.name, ...entry.aliases, ...Object.values(entry.names)]),
  );
}

export function vendorLexemes(vendor: Pick<Vendor, 'name' | 'names' | 'market' | 'district' | 'state'>): string[] {
  const { name, names, market, district, state } = vendor;
  return lexemesOf([name, ...Object.values(names)], [market ?? '', district ?? '', state ?? '']);
}
