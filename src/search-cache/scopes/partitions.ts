import {
  GENERAL_SCOPE,
  LISTED_VENDORS_SCOPE,
  type Listing,
  OPEN,
  SHOWN_VENDORS_SCOPE,
  textScope,
  VENDOR_ORDER_SCOPE,
  VENDORS_SCOPE,
} from './scope-names.js';
import { fnv1a } from '../../infra/index.js';
import type { ScopesOf } from './watched-listings.js';

/** Parts of the cache in a Redis Cluster. Each has tokens, a lease and a clock of its own, and knows of no other. */
export const PARTITIONS = 64;

/**
 * Partitions of pages that look at products of all vendors. A change goes to all of them, as a product may be shown
 * where it was before another instance moved it to a category of which this one doesn't know; so they are few, and lie
 * a quarter of all slots apart.
 */
const OPEN_HOMES = [0, 16, 32, 48] as const;

/** To which every change of a product goes, whatever else it does. */
export const HOME_OF_ALL_PRODUCTS = OPEN_HOMES[0];

/** Of pages of vendors. */
const VENDOR_PAGES_HOME = 8;

const ALL: ReadonlySet<number> = new Set(Array.from({ length: PARTITIONS }, (_none, index) => index));

/**
 * The partition in which all pages of a listing are, with all tokens that they depend on. Products change their
 * category but never their vendor.
 *
 * @param listing null: of vendors
 */
export function homeOf(listing: Listing | null): number {
  if (listing === null) return VENDOR_PAGES_HOME;
  if (listing.vendor !== OPEN) return fnv1a(listing.vendor) % PARTITIONS;
  return OPEN_HOMES[fnv1a(listing.category) % OPEN_HOMES.length]!;
}

/** The partitions with pages that a change may concern. */
export function homesOfChange(scopesOf: ScopesOf): ReadonlySet<number> {
  const asked = new Set<number>();
  const beside = scopesOf((listing) => {
    asked.add(homeOf(listing));
    return false;
  });
  const homes = new Set(asked);
  for (const scope of beside) {
    const reach = reachOf(scope);
    if (reach === 'all' || (reach === 'listings' && asked.size === 0)) return ALL;
    if (reach === 'vendor pages') homes.add(VENDOR_PAGES_HOME);
  }
  if (asked.size > 0) for (const home of OPEN_HOMES) homes.add(home);
  return homes;
}

/** The partitions with pages that may depend on one of these scopes. */
export function homesOfScopes(scopes: readonly string[]): ReadonlySet<number> {
  const reaches = scopes.map(reachOf);
  return reaches.every((reach) => reach === 'vendor pages') && scopes.length > 0 ? new Set([VENDOR_PAGES_HOME]) : ALL;
}

/**
 * Those of a change's scopes on which a page of this partition may depend, as far as names tell. Most partitions have
 * pages of products of one vendor each: these go by the vendor's listings and not by texts, see `ProductSearchScopes`.
 */
export function scopesIn(home: number, scopes: readonly string[]): readonly string[] {
  if (home === VENDOR_PAGES_HOME || (OPEN_HOMES as readonly number[]).includes(home)) return scopes;
  return scopes.filter((scope) => !scope.startsWith(ANY_TEXT) && reachOf(scope) !== 'vendor pages');
}

const ANY_TEXT = textScope('');
const OF_VENDOR_PAGES = [
  'vendor:listed:',
  LISTED_VENDORS_SCOPE,
  VENDOR_ORDER_SCOPE,
  `${VENDORS_SCOPE}:text:`,
  `${VENDORS_SCOPE}:category:`,
];

/** Of which pages a scope may be: of some listings, of all of them, or of those of vendors alone. */
function reachOf(scope: string): 'listings' | 'all' | 'vendor pages' {
  if (scope === GENERAL_SCOPE || scope.startsWith(SHOWN_VENDORS_SCOPE) || scope.startsWith('vendor:shown:'))
    return 'all';
  if (scope === VENDORS_SCOPE || OF_VENDOR_PAGES.some((beginning) => scope.startsWith(beginning)))
    return 'vendor pages';
  // In which states, districts and markets vendors are.
  return scope.startsWith(VENDORS_SCOPE) ? 'all' : 'listings';
}
