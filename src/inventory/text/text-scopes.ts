import type { SearchedFields } from '../../contracts/index.js';
import type { TextScopes } from '../../search-cache/index.js';
import { productLexemes, vendorLexemes } from './search-document.js';
import { foldWord } from './fold.js';
import { MAX_QUERY_WORDS } from './text-query.js';
import { wordsOf } from './words.js';

/** Characters of a word that a scope is made of: products found by a word or its beginning share them. */
const LENGTH = 3;

const start = (word: string): string => [...word].slice(0, LENGTH).join('');

/** Lexemes are words, `+word`, and folds: `~fold`, `=call` and `-part`. Those of one sort count the same here. */
function startsOf(lexemes: readonly string[]): readonly string[] {
  const starts = lexemes.map((lexeme) =>
    /^[~=-]/.test(lexeme) ? `~${start(lexeme.slice(1))}` : start(lexeme.replace(/^\+/, '')),
  );
  return [...new Set(starts)];
}

/**
 * Beginnings of words. A query finds a product only if each of its words is one of the product's words or their folded
 * forms, or begins one; so the beginnings of any one query word, as it is and folded, are among the product's. Vendors
 * are found likewise.
 */
export const textScopes: TextScopes = {
  ofProduct: (product: SearchedFields) => startsOf(productLexemes(product)),
  ofVendor: (vendor) => startsOf(vendorLexemes(vendor)),

  ofQuery(q: string): readonly string[] | undefined {
    const words = wordsOf(q).slice(0, MAX_QUERY_WORDS);
    const last = words.at(-1);
    // A short last word may be the beginning of almost anything.
    const telling = words.filter((word) => word !== last || [...word].length >= LENGTH);
    const longest = telling.reduce((best, word) => (word.length > best.length ? word : best), '');
    return longest === '' ? undefined : [start(longest), `~${start(foldWord(longest))}`];
  },
};
