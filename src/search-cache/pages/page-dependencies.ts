import type { CachedSearch, LoadedPage } from './cached-search.js';
import type { Tokens } from '../store/search-cache-store.js';

export interface PageDependencies {
  /** What the page is stored under. */
  tokens: Tokens;
  /** Scopes whose tokens should be at hand when the page is loaded anew. */
  hints: readonly string[];
}

/**
 * A page is stored under the tokens of the scopes that really matter to it, if all of them were read before it was
 * loaded, else of all that may matter. What really matters is known only with the page, and reading those tokens then
 * would be too late, since a change may have come in between; but the next page of the same search is likely to depend
 * on the same, so they are stored as hints, and the miss that ends this page's life reads them in time.
 */
export function dependenciesOf(search: CachedSearch, tokens: Tokens, loaded: LoadedPage): PageDependencies {
  const hints = search.narrow(loaded);
  const scopes = hints.every((scope) => tokens.has(scope)) ? hints : search.scopes;
  return { tokens: new Map(scopes.map((scope) => [scope, tokens.get(scope)!])), hints };
}
