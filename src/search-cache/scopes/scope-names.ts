import type { ScopeKind } from '../../contracts/index.js';

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

/** Which vendors there are and what they are called, on which every vendor search depends. */
export const VENDORS_SCOPE = 'search:cache:vendors';

/** What product pages show of vendors: of any, or of one. */
export const SHOWN_VENDORS_SCOPE = `${VENDORS_SCOPE}:shown`;
export const shownVendorScope = (id: string): string => `vendor:shown:${id}`;

/** What vendor pages show of vendors, counts of products included: of any, or of one. */
export const LISTED_VENDORS_SCOPE = `${VENDORS_SCOPE}:listed`;
export const listedVendorScope = (id: string): string => `vendor:listed:${id}`;

/** Which vendors have products in the category. */
export const vendorsOfCategoryScope = (category: string): string => `${VENDORS_SCOPE}:category:${category}`;

interface Region {
  state?: string | null | undefined;
  district?: string | null | undefined;
}

/** Which vendors are in the state, and in the district, as far as they are given. */
export function regionScopes({ state, district }: Region): string[] {
  const scopes: string[] = [];
  if (typeof state === 'string') scopes.push(`${VENDORS_SCOPE}:state:${state}`);
  if (typeof district === 'string') scopes.push(`${VENDORS_SCOPE}:district:${district}`);
  return scopes;
}

/** The one product: pages that show it. */
export const productScope = (id: string): string => `product:${id}`;

/** Products found by a word: `text:oni`. */
export const textScope = (text: string): string => `text:${text}`;

/**
 * Products of a listing whose price lies in a bracket, or anywhere: `vendor:products:v1`,
 * `search:cache:category:spices`, `search:cache:price:150`, `search:cache:*`, and their combinations.
 */
export function listingScope({ vendor, category }: Listing, bracket: string, aspect: Aspect): string {
  const root = vendor === OPEN ? 'search:cache' : `vendor:products:${vendor}`;
  const rest = (category === OPEN ? '' : `:category:${category}`) + (bracket === OPEN ? '' : `:price:${bracket}`);
  const open = vendor === OPEN && rest === '';
  return `${root}${open ? ':*' : rest}#${aspect}`;
}

/** Products of a listing whose price has gone across a node of `PRICE_CROSSINGS`, upwards or downwards. */
export function edgeScopes(listing: Listing, edges: readonly string[]): string[] {
  const anyPrice = listingScope(listing, OPEN, 'price');
  return edges.map((edge) => `${anyPrice}:edge:${edge}`);
}

export function kindOf(scope: string): ScopeKind {
  // By the first letter: it is asked for some 20 names a change.
  const first = scope[0];
  if (first === 'p') return 'product';
  if (first === 't') return 'text';
  if (scope === GENERAL_SCOPE) return 'general';
  if (scope.startsWith(VENDORS_SCOPE)) return 'vendors';
  const vendor = first === 'v';
  const category = scope.includes(':category:');
  const price = scope.includes(':price:') || scope.includes(':edge:');
  if (Number(vendor) + Number(category) + Number(price) > 1) return 'combined';
  if (vendor) return 'vendor';
  if (category) return 'category';
  return price ? 'price' : 'everything';
}
