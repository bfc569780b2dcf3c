/** What about products can change: which there are and what they are called, what they cost, whether they are there. */
export const ASPECTS = ['set', 'price', 'stock'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** A coordinate that a search leaves open. */
export const OPEN = '*';

export interface Coordinates {
  vendor: string;
  category: string;
  bracket: string;
}

/** Kinds of scope, as the invalidation metric tells them apart. */
export const SCOPE_KINDS = [
  'vendor',
  'category',
  'price',
  'combined',
  'everything',
  'product',
  'vendors',
  'general',
] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** Every entry depends on it; renewing it clears the cache. */
export const GENERAL_SCOPE = 'search:cache:general';

/** All vendor searches: they show counts of products. */
export const VENDORS_SCOPE = 'search:cache:vendors';

/** The one product: pages that show it. */
export const productScope = (id: string): string => `product:${id}`;

/** The one place where names of scopes are made: `vendor:products:v1`, `search:cache:category:spices`, `search:cache:*`. */
export function scopeName({ vendor, category, bracket }: Coordinates, aspect: Aspect): string {
  const root = vendor === OPEN ? 'search:cache' : `vendor:products:${vendor}`;
  const rest = (category === OPEN ? '' : `:category:${category}`) + (bracket === OPEN ? '' : `:price:${bracket}`);
  const open = vendor === OPEN && rest === '';
  return `${root}${open ? ':*' : rest}#${aspect}`;
}

export function kindOf(scope: string): ScopeKind {
  if (scope === GENERAL_SCOPE) return 'general';
  if (scope === VENDORS_SCOPE) return 'vendors';
  if (scope.startsWith('product:')) return 'product';
  const [name] = scope.split('#');
  const kinds: ScopeKind[] = [];
  if (name!.startsWith('vendor:')) kinds.push('vendor');
  if (name!.includes(':category:')) kinds.push('category');
  if (name!.includes(':price:')) kinds.push('price');
  return kinds.length === 0 ? 'everything' : kinds.length === 1 ? kinds[0]! : 'combined';
}
