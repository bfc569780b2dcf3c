import type { PriceGroup, ScopeKind } from '../../contracts/index.js';

/** What about products can change: which there are and what they are called, what they cost, whether they are there. */
export const ASPECTS = ['set', 'price', 'stock'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** A coordinate that a search or a change leaves open. */
export const OPEN = '*';

/** Where products are listed: by one vendor or any, in one category or any. */
export interface Listing {
  vendor: string;
  category: string;
}

/** Every entry depends on it; invalidating it clears the cache. */
export const GENERAL_SCOPE = 'search:cache:general';

/** Whatever vendors are found by, of any vendor: for vendor searches with a text too short to tell which. */
export const VENDORS_SCOPE = 'search:cache:vendors';

/** Which vendors there are and in which order, of all: for vendor searches that have neither a text nor a place. */
export const VENDOR_ORDER_SCOPE = `${VENDORS_SCOPE}:order`;

/** In which states vendors are, of any vendor. */
export const VENDOR_STATES_SCOPE = `${VENDORS_SCOPE}:states`;

/** Vendors found by a word: `search:cache:vendors:text:ash`. */
export const vendorTextScope = (text: string): string => `${VENDORS_SCOPE}:text:${text}`;

/** What product pages show of vendors: of any, or of one. */
export const SHOWN_VENDORS_SCOPE = `${VENDORS_SCOPE}:shown`;
export const shownVendorScope = (id: string): string => `vendor:shown:${id}`;

/** What vendor pages show of vendors, counts of products included: of any, or of one. */
export const LISTED_VENDORS_SCOPE = `${VENDORS_SCOPE}:listed`;
export const listedVendorScope = (id: string): string => `vendor:listed:${id}`;

/** Which vendors have products in the category. */
export const vendorsOfCategoryScope = (category: string): string => `${VENDORS_SCOPE}:category:${category}`;

/** By what a search may look for vendors' places. */
export const REGIONS = ['state', 'district', 'market'] as const;
export type Region = Partial<Record<(typeof REGIONS)[number], string | null>>;

/** Which vendors are in the state, the district and the market, as far as they are given. */
export function regionScopes(region: Region): string[] {
  return namesOf(region).map(([kind, name]) => `${VENDORS_SCOPE}:${kind}:${name}`);
}

/** In which order the vendors of the state, the district and the market are, as far as they are given. */
export function regionOrderScopes(region: Region): string[] {
  return namesOf(region).map(([kind, name]) => `${VENDOR_ORDER_SCOPE}:${kind}:${name}`);
}

function namesOf(region: Region): [string, string][] {
  return REGIONS.flatMap((kind) => {
    const name = region[kind];
    return typeof name === 'string' ? [[kind, name]] : [];
  });
}

/** What pages show of products beside what they can be searched and sorted by, such as the day of a price: of any. */
export const SHOWN_PRODUCTS_SCOPE = 'product:*';

/** The one product: pages that show it. */
export const productScope = (id: string): string => `product:${id}`;

/** Products found by a word: `text:oni`. */
export const textScope = (text: string): string => `text:${text}`;

/** Prices that compare with each other: `kg/INR`. */
export const groupName = ({ per, currency }: PriceGroup): string => `${per}/${currency}`;

/** Comparable prices in a bracket: `kg/INR:150`. */
export const bracketName = (group: string, bracket: string): string => `${group}:${bracket}`;

/**
 * Products of a listing whose comparable price lies in a bracket, or anywhere: `vendor:products:v1`,
 * `search:cache:category:spices`, `search:cache:price:kg/INR:150`, `search:cache:*`, and their combinations.
 */
export function listingScope({ vendor, category }: Listing, bracket: string, aspect: Aspect): string {
  const root = vendor === OPEN ? 'search:cache' : `vendor:products:${vendor}`;
  const rest = (category === OPEN ? '' : `:category:${category}`) + (bracket === OPEN ? '' : `:price:${bracket}`);
  const open = vendor === OPEN && rest === '';
  return `${root}${open ? ':*' : rest}#${aspect}`;
}

/** Products of a listing whose price has gone across a node of `PRICE_CROSSINGS` in a group, upwards or downwards. */
export function edgeScopes(listing: Listing, group: string, edges: readonly string[]): string[] {
  const anyPrice = listingScope(listing, OPEN, 'price');
  return edges.map((edge) => `${anyPrice}:${group}:edge:${edge}`);
}

/** Products of a listing whose price has become comparable with others than before. */
export const regroupedScope = (listing: Listing): string => `${listingScope(listing, OPEN, 'price')}:regrouped`;

export function kindOf(scope: string): ScopeKind {
  // By the first letter: it is asked for some 20 names a change.
  const first = scope[0];
  if (first === 'p') return 'product';
  if (first === 't') return 'text';
  if (scope === GENERAL_SCOPE) return 'general';
  if (scope.startsWith(VENDORS_SCOPE)) return 'vendors';
  const vendor = first === 'v';
  const category = scope.includes(':category:');
  const price = scope.includes(':price:') || scope.includes('#price:');
  if (Number(vendor) + Number(category) + Number(price) > 1) return 'combined';
  if (vendor) return 'vendor';
  if (category) return 'category';
  return price ? 'price' : 'everything';
}
