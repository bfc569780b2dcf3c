import type { ComparablePrice, NewInventoryEvent, Page, Product } from '../../src/contracts/index.js';
import { Clock } from '../../src/infra/clock/clock.js';
import { InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import { type CachedSearch, type LoadedPage, productSearch } from '../../src/search-cache/pages/cached-search.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { BRACKETS } from '../../src/search-cache/scopes/price-brackets.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { dependenciesOf } from '../../src/search-cache/pages/page-dependencies.js';
import type { Query } from './model.js';

export type Load = () => { page: Page<Product>; priceEnds?: ComparablePrice[] };

/** A way to cache pages: what is served for a query, and what a change does to what is stored. */
export interface Policy {
  name: string;
  read(query: Query, load: Load): Promise<{ hit: boolean; items: readonly Product[] }>;
  changed(events: readonly NewInventoryEvent[]): Promise<void>;
  tick(now: number): Promise<void>;
}

const TTL_SECONDS = 300;
const MAX_ENTRIES = 10_000;

class VirtualClock extends Clock {
  time = 0;
  override now(): number {
    return this.time;
  }
}

/** The product's own store, keys, scopes and choice of dependencies. */
export class ScopeTokens implements Policy {
  readonly name = 'scope tokens';
  private readonly clock = new VirtualClock();
  private readonly store = new InProcessCacheStore(this.clock, MAX_ENTRIES, TTL_SECONDS);
  private readonly searches = new Map<Query, CachedSearch>();

  async read(query: Query, load: Load) {
    let search = this.searches.get(query);
    if (!search) this.searches.set(query, (search = productSearch(query.filters, query.options, textScopes)));
    const read = await this.store.read(search.key, search.scopes, search.listing);
    if (read.result === 'hit') return { hit: true, items: JSON.parse(read.page.body.toString()) as Product[] };
    if (read.result === 'bypass') return { hit: false, items: load().page.items };
    const loaded: LoadedPage & ReturnType<Load> = load();
    const body = Buffer.from(JSON.stringify(loaded.page.items));
    const { tokens, hints } = dependenciesOf(search, read.tokens, loaded);
    await this.store.fill(search.key, { body, etag: '' }, tokens, hints);
    return { hit: false, items: loaded.page.items };
  }

  changed(events: readonly NewInventoryEvent[]): Promise<void> {
    return this.store.invalidateWatched((isWatched) => [...scopesOfEvents(events, textScopes, isWatched)]);
  }

  tick(now: number): Promise<void> {
    this.clock.time = now;
    return this.store.renewLease();
  }
}

/** Entries by query with a TTL; what the two reference policies share. */
abstract class PlainCache implements Policy {
  abstract readonly name: string;
  protected readonly entries = new Map<Query, { items: readonly Product[]; until: number }>();
  private now = 0;

  read(query: Query, load: Load) {
    const entry = this.entries.get(query);
    if (entry && entry.until > this.now && this.isUsable(entry.items, load)) {
      return Promise.resolve({ hit: true, items: entry.items });
    }
    const { items } = load().page;
    this.entries.set(query, { items, until: this.now + TTL_SECONDS * 1_000 });
    return Promise.resolve({ hit: false, items });
  }

  tick(now: number): Promise<void> {
    this.now = now;
    return Promise.resolve();
  }

  abstract changed(events: readonly NewInventoryEvent[]): Promise<void>;
  protected abstract isUsable(items: readonly Product[], load: Load): boolean;
}

/**
 * The original requirement to the letter: vendor; category on create, delete and move; price bracket; everything on
 * create and delete.
 */
export class DeleteByPattern extends PlainCache {
  readonly name = 'delete by pattern';

  changed(events: readonly NewInventoryEvent[]): Promise<void> {
    for (const event of events) {
      const comesOrGoes = event.eventType === 'product_created' || event.eventType === 'product_deleted';
      if (comesOrGoes) this.entries.clear();
      const bracket =
        event.eventType === 'price_changed'
          ? BRACKETS.between(event.product.basePrice, event.product.basePrice)[0]
          : undefined;
      for (const query of this.entries.keys()) {
        const { vendorId, minPrice, maxPrice } = query.filters;
        const ranged = minPrice !== undefined || maxPrice !== undefined;
        const priceMatches =
          bracket !== undefined && ranged && BRACKETS.between(minPrice ?? 0, maxPrice ?? Infinity).includes(bracket);
        if (vendorId === event.vendorId || priceMatches) this.entries.delete(query);
      }
    }
    return Promise.resolve();
  }

  protected isUsable(): boolean {
    return true;
  }
}

/** Knows the truth: serves an entry exactly as long as it is right. No cache that can't foresee results does better. */
export class Oracle extends PlainCache {
  readonly name = 'oracle';

  changed(): Promise<void> {
    return Promise.resolve();
  }

  protected isUsable(items: readonly Product[], load: Load): boolean {
    return sameItems(items, load().page.items);
  }
}

/** A product object is replaced when it changes, so equal versions are equal products. */
export function sameItems(some: readonly Product[], others: readonly Product[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, version }, index) => id === others[index]!.id && version === others[index]!.version)
  );
}
