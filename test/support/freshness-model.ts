import type { Page } from '../../src/contracts/index.js';
import type { CachedSearch, LoadedPage } from '../../src/search-cache/pages/cached-search.js';
import { GENERAL_SCOPE, OPEN, type Listing } from '../../src/search-cache/scopes/scope-names.js';
import type { ScopesOf } from '../../src/search-cache/store/search-cache-store.js';

const listingOf = (category: string): Listing => ({ vendor: OPEN, category });

const PRODUCTS = ['p0', 'p1', 'p2', 'p3'] as const;
const CATEGORIES = ['spices', 'grains'] as const;
type ProductId = string;

interface State {
  version: number;
  category: (typeof CATEGORIES)[number];
}
type Database = Record<ProductId, State>;

/** One committed change. */
export interface Change {
  at: number;
  product: ProductId;
  scopesOf: ScopesOf;
}

/** A database that keeps all of its past, and what has been acknowledged of it. */
export class FreshnessModel {
  private readonly past: Database[] = [
    Object.fromEntries(PRODUCTS.map((id, index) => [id, { version: 1, category: CATEGORIES[index % 2]! }])),
  ];
  private readonly acknowledged = new Map<ProductId, number>();

  constructor(private readonly random: (below: number) => number) {}

  /** The price of some product changes, or its category. */
  commit(): Change {
    const now = this.past.at(-1)!;
    const product = PRODUCTS[this.random(PRODUCTS.length)]!;
    const { version, category } = now[product]!;
    const moves = this.random(3) === 0;
    const next = moves ? CATEGORIES[this.random(2)]! : category;
    this.past.push({ ...now, [product]: { version: version + 1, category: next } });
    const aspect = moves ? 'set' : 'price';
    const touched = [...new Set([category, next, OPEN])];
    return {
      at: this.past.length - 1,
      product,
      scopesOf: (isWatched) => {
        const watched = touched.filter((one) => isWatched(listingOf(one)));
        return [`product:${product}`, ...watched.map((one) => `${one}#${aspect}`)];
      },
    };
  }

  acknowledge({ at, product }: Change): void {
    this.acknowledged.set(product, Math.max(at, this.acknowledged.get(product) ?? 0));
  }

  /** Some search over these products, with the scopes that may matter, and fewer once its page is known. */
  search(): { search: CachedSearch; load: () => LoadedPage } {
    const category = [OPEN, ...CATEGORIES][this.random(3)]!;
    const shown = ({ page }: LoadedPage): string[] => page.items.map(({ id }) => `product:${id}`);
    const search: CachedSearch = {
      kind: 'product',
      key: category,
      scopes: [GENERAL_SCOPE, `${category}#set`, `${category}#price`],
      listing: listingOf(category),
      narrow: (loaded) => [GENERAL_SCOPE, `${category}#set`, ...shown(loaded)],
    };
    const load = (): LoadedPage => ({
      page: { items: this.items(category), nextCursor: null, epoch: '', position: 0 },
    });
    return { search, load };
  }

  /** To be called when a read starts; tells of its page what it misses of all that was acknowledged by then. */
  expectation({ key: category }: CachedSearch): (body: Buffer) => string[] {
    const since = new Map(this.acknowledged);
    return (body) => {
      const items = (JSON.parse(body.toString()) as Page<Item>).items;
      return PRODUCTS.filter((id) => {
        const version = items.find((item) => item.id === id)?.version;
        // Each product on its own: a page may lack a change that isn't acknowledged yet, and show a later one.
        return !this.past.slice(since.get(id) ?? 0).some((state) => versionIn(state[id]!, category) === version);
      });
    };
  }

  private items(category: string): Item[] {
    const state = this.past.at(-1)!;
    return PRODUCTS.flatMap((id) => {
      const version = versionIn(state[id]!, category);
      return version === undefined ? [] : [{ id, version }];
    });
  }
}

interface Item {
  id: string;
  version: number;
}

/** What a page of this category shows of a product: its version, or nothing. */
function versionIn(state: State, category: string): number | undefined {
  return category === OPEN || state.category === category ? state.version : undefined;
}
