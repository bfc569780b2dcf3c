import type { Product, Vendor } from '../../contracts/index.js';
import { synonymsOf } from '../glossary/index.js';
import { lexemesOf } from './text/lexemes.js';
import { wordsOf } from './text/words.js';

/**
 * What a product is found by: its own names, and less strongly its description, its category and what the glossary
 * calls the same commodity in other languages.
 */
export function productLexemes(product: Pick<Product, 'name' | 'names' | 'description' | 'category'>): string[] {
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
