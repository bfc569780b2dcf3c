import type { Product } from '../../../contracts/index.js';
import { productLexemes } from '../../text/search-document.js';
import { extraLexeme, nameLexeme } from '../../text/lexemes.js';
import { MAX_QUERY_WORDS } from '../../text/text-query.js';
import { wordsOf } from '../../text/words.js';

/** The one sign that all lexemes of words in descriptions, varieties and grades begin with. */
const EXTRA = extraLexeme('');

/**
 * Whether a product has all words of one of the texts as they were typed, wherever they stand; the last one may be half
 * typed. Ranks tell it of names only: a variety (Sona, a paddy) is ranked as what sounds like the text.
 */
export function isWritten(product: Product, texts: readonly string[]): boolean {
  const lexemes = new Set(productLexemes(product));
  return texts.some((q) => {
    const typed = wordsOf(q);
    const last = typed.length - 1;
    return typed
      .slice(0, MAX_QUERY_WORDS)
      .every(
        (word, at) =>
          lexemes.has(nameLexeme(word)) || lexemes.has(extraLexeme(word)) || (at === last && isBegun(word, lexemes)),
      );
  });
}

function isBegun(word: string, lexemes: ReadonlySet<string>): boolean {
  for (const lexeme of lexemes) if (lexeme.startsWith(word) || lexeme.startsWith(EXTRA + word)) return true;
  return false;
}
