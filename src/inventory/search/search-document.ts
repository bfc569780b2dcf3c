import { LRUCache } from 'lru-cache';
import type { Product, Vendor } from '../../contracts/index.js';
import { synonymsOf } from '../glossary/index.js';
import { lexemesOf } from './text/lexemes.js';
import { wordsOf } from './text/words.js';

type ProductTexts = Pick<Product, 'name' | 'names' | 'description' | 'category'>;

/** Characters, of texts and lexemes together; about 8 MB, or some thousand commodities. */
const REMEMBERED = 4_000_000;

/**
 * Lexemes by the texts they are of. Making them takes some 400 µs, as long as PostgreSQL needs to store the product, and
 * the same commodity is sold in thousands of markets.
 */
const remembered = new LRUCache<string, readonly string[]>({
  maxSize: REMEMBERED,
  sizeCalculation: (lexemes, texts) => lexemes.reduce((size, lexeme) => size + lexeme.length, texts.length),
});

/**
 * What a product is found by: its own names, and less strongly its description, its category and what the glossary
 * calls the same commodity in other languages.
 */
export function productLexemes({ name, names, description, category }: ProductTexts): readonly string[] {
  const texts = JSON.stringify([name, names, description, category]);
  let lexemes = remembered.get(texts);
  if (!lexemes) {
    lexemes = newProductLexemes({ name, names, description, category });
    remembered.set(texts, lexemes);
  }
  return lexemes;
}

function newProductLexemes(product: ProductTexts): string[] {
  const names = [product.name, ...Object.values(product.names)];
  const synonyms = synonymsOf(names, wordsOf).flatMap((entry) => [
    entry.name,
    ...entry.aliases,
    ...Object.values(entry.names),
  ]);
  return lexemesOf(names, [product.description ?? '', product.category], synonyms);
}

export function vendorLexemes(vendor: Pick<Vendor, 'name' | 'names' | 'market' | 'district' | 'state'>): string[] {
  const { name, names, market, district, state } = vendor;
  return lexemesOf([name, ...Object.values(names)], [market ?? '', district ?? '', state ?? '']);
}
