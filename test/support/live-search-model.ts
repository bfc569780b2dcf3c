import { setImmediate as turn } from 'node:timers/promises';
import { LiveProductSearch, type SearchSource } from '../../src/client/live-product-search.js';
import type { PageQuery } from '../../src/client/page-effect.js';
import type { InventoryEvent, ProductEvent, ProductPage, RoomHandler } from '../../src/client/types.js';
import {
  AVAILABILITIES,
  type FoundProduct,
  type Product,
  type ProductUpdates,
  pricePerOf,
  withMarketFacts,
} from '../../src/contracts/index.js';
import { comparedByPrice, isInPriceRange } from './model-search.js';

const EPOCH = 'model';
/** Better matches first. */
const FOUND_BY_WORD = ['Onion', 'Pyaz', 'Kanda', 'Ulli', 'Savala', 'Dungri', 'Eerulli', 'Vengayam'];
const FOUND_BY_ANOTHER = ['Garlic', 'Okra'];
const AS_TYPED: ProductPage['interpretation'] = { kind: 'exact', q: 'onion', dropped: [], corrected: [], place: null };
const NAMES = [...FOUND_BY_WORD, 'Garlic', 'Okra'];
const STATES: Record<string, string> = { asha: 'Delhi', binu: 'Kerala' };

const FIELDS = [
  ['basePrice', 'price_changed'],
  ['availability', 'availability_changed'],
  ['name', 'product_updated'],
  ['unit', 'product_updated'],
  ['unitWeightKg', 'product_updated'],
] as const;
/** Of the dimension of most, and of others. */
const UNITS = ['half-kilo', 'piece', 'bag'];
const WEIGHTS: Record<string, number> = { 'half-kilo': 0.5 };

/** The server as a live search sees it: a change is visible when it commits, and gets its position some time later. */
class Server {
  readonly log: InventoryEvent[] = [];
  private readonly committed: InventoryEvent[] = [];
  private readonly products = new Map<string, Product>();
  private readonly cache = new Map<string, ProductPage>();
  private created = 0;

  constructor(private readonly random: (below: number) => number) {}

  change(): void {
    const ids = [...this.products.keys()];
    const kind = this.random(8);
    if (kind === 0 || ids.length < 8) return this.create();
    const product = this.products.get(this.pick(ids))!;
    if (kind > 1) return this.update(product);
    this.products.delete(product.id);
    this.commit('product_deleted', { ...product, version: product.version + 1 }, {});
  }

  /** The oldest change that has no position gets the next. */
  sequence(): boolean {
    const event = this.committed.shift();
    if (event) this.log.push({ ...event, position: this.log.length + 1 });
    return event !== undefined;
  }

  /** A cached page may be older, if it shows the same. */
  search(query: PageQuery): ProductPage {
    const page = this.read(query);
    const key = JSON.stringify(query);
    const cached = this.cache.get(key);
    const shows = ({ items, nextCursor, interpretation }: ProductPage): string =>
      JSON.stringify([items, nextCursor, interpretation]);
    if (cached && shows(cached) === shows(page) && this.random(2) === 0) return cached;
    this.cache.set(key, page);
    return page;
  }

  read({ limit = 20, ...query }: PageQuery): ProductPage {
    const { q, state, sort = q === undefined ? 'newest' : 'relevance' } = query;
    const rank = ({ name }: Product): number => FOUND_BY_WORD.indexOf(name);
    const inOrder = (one: Product, other: Product): number => {
      if (sort === 'price_asc' || sort === 'price_desc') return comparedByPrice(query, sort)(one, other);
      return (sort === 'relevance' ? rank(one) - rank(other) : 0) || (one.createdAt < other.createdAt ? 1 : -1);
    };
    const named = (names: readonly string[]): Product[] =>
      [...this.products.values()]
        .filter(({ name }) => q === undefined || names.includes(name))
        .filter(({ vendorId }) => state === undefined || STATES[vendorId] === state)
        .filter(({ availability }) => query.availability === undefined || availability === query.availability)
        .filter((product) => isInPriceRange(product, query))
        .sort(inOrder);
    const exact = named(FOUND_BY_WORD);
    // What nothing fits finds something else.
    const isLoosened = exact.length === 0 && q !== undefined;
    const all = isLoosened ? named(FOUND_BY_ANOTHER) : exact;
    const interpretation = { ...AS_TYPED, ...(isLoosened && { kind: 'loosened' as const, q: 'okra or garlic' }) };
    const items = all.slice(0, limit).map((product): FoundProduct => {
      const { vendorId: id } = product;
      const vendor = { id, name: id, names: {}, market: null, district: null, state: STATES[id]! };
      return { ...product, vendor, pricePer: pricePerOf(product, query) };
    });
    return {
      items,
      nextCursor: all.length > limit ? 'more' : null,
      epoch: EPOCH,
      position: this.log.length,
      interpretation,
    };
  }

  private create(): void {
    this.created += 1;
    const createdAt = new Date(this.created).toISOString();
    const product = withMarketFacts({
      id: `prd_${String(this.random(1_000_000)).padStart(6, '0')}_${this.created}`,
      vendorId: this.pick(Object.keys(STATES)),
      sku: `sku-${this.created}`,
      name: this.pick(NAMES),
      names: {},
      description: null,
      category: 'vegetables',
      ...this.unit(),
      basePrice: this.random(100),
      currency: 'INR',
      availability: this.pick(AVAILABILITIES),
      version: 1,
      createdAt,
      updatedAt: createdAt,
    });
    this.products.set(product.id, product);
    this.commit('product_created', product, {});
  }

  /** One write may make several events, which share the last state and each have their own changes. */
  private update(product: Product): void {
    const updates: ProductUpdates = {};
    if (this.random(2) === 0) updates.basePrice = this.random(100);
    if (this.random(3) === 0) updates.availability = this.pick(AVAILABILITIES);
    if (this.random(6) === 0) updates.name = this.pick(NAMES);
    if (this.random(8) === 0) Object.assign(updates, this.unit());
    const version = product.version + 1;
    const next = withMarketFacts({ ...product, ...updates, version, comparablePrice: undefined });
    if (FIELDS.every(([field]) => product[field] === next[field])) return;
    this.products.set(product.id, next);
    for (const [field, type] of this.random(2) === 0 ? FIELDS : FIELDS.toReversed()) {
      if (product[field] !== next[field]) this.commit(type, next, { [field]: product[field] });
    }
  }

  private commit(eventType: ProductEvent['eventType'], product: Product, before: Partial<Product>): void {
    const changes = Object.entries(before).map(([field, oldValue]) => {
      return { field, oldValue, newValue: product[field as keyof Product] };
    }) as ProductEvent['changes'];
    const { id: productId, vendorId, category, version, updatedAt: occurredAt } = product;
    const eventId = `${productId} ${version} ${eventType}`;
    const about = { eventId, eventType, productId, vendorId, category, version, changes, product, occurredAt };
    this.committed.push({
      ...about,
      cause: {},
      observation: null,
      correlationId: '',
      region: '',
      epoch: EPOCH,
      position: 0,
    });
  }

  private unit(): Pick<Product, 'unit' | 'unitWeightKg'> {
    const unit = this.random(6) === 0 ? this.pick(UNITS) : 'kg';
    return { unit, unitWeightKg: WEIGHTS[unit] ?? null };
  }

  private pick<Value>(values: readonly Value[]): Value {
    return values[this.random(values.length)]!;
  }
}

/** One live search whose requests, answers and events are under way for as long as chance has it. */
export class LiveSearchModel {
  requests = 0;
  readonly server: Server;
  private readonly search: LiveProductSearch;
  private handler: RoomHandler | undefined;
  private delivered = 0;
  private toRead: (() => void)[] = [];
  private toAnswer: (() => void)[] = [];

  constructor(
    private readonly query: PageQuery,
    private readonly random: (below: number) => number,
  ) {
    this.server = new Server(random);
    for (let count = 0; count < 30; count += 1) this.server.change();
    const source: SearchSource = {
      load: () => {
        this.requests += 1;
        return new Promise((resolve) => {
          this.toRead.push(() => {
            const page = this.server.search(query);
            this.toAnswer.push(() => resolve(page));
          });
        });
      },
      subscribe: (_room, handler, { since }) => {
        this.handler = handler;
        this.delivered = since!.position;
        handler.onStatus?.('live');
        return { ready: new Promise(() => undefined), unsubscribe: () => undefined };
      },
    };
    const silent = { onChange: () => undefined, onStatus: () => undefined, onError: () => undefined };
    this.search = new LiveProductSearch(query, 0, source, silent, () => undefined);
  }

  /** Runs until `changes` have been made, and then until nothing is under way. */
  async run(changes: number): Promise<void> {
    for (let left = changes; left > 0;) {
      const step = this.random(20);
      if (step < 5) {
        this.server.change();
        left -= 1;
      } else if (step < 9) this.server.sequence();
      else if (step < 14) this.deliver();
      else if (step < 16) this.toRead.shift()?.();
      else if (step < 19) this.toAnswer.shift()?.();
      else if (this.random(20) === 0) this.disconnect();
      await turn();
    }
    let busy = true;
    while (busy) {
      busy = this.server.sequence() || this.deliver();
      const waiting = [...this.toRead.splice(0), ...this.toAnswer.splice(0)];
      for (const go of waiting) go();
      busy ||= waiting.length > 0 || this.toAnswer.length > 0;
      await turn();
    }
  }

  /** What is shown, and what the server says; not whether there is a next page, which needs no request. */
  compare(): [shown: string[], right: string[]] {
    const shows = ({ items }: ProductPage): string[] =>
      items.map(({ id, version, name, pricePer }) => `${id} ${version} ${name} ${pricePer?.amount}`);
    return [shows(this.search.page!), shows(this.server.read(this.query))];
  }

  close(): void {
    this.search.close();
  }

  private deliver(): boolean {
    const event = this.server.log[this.delivered];
    if (!this.handler || !event) return false;
    this.delivered += 1;
    this.handler.onEvent(event);
    return true;
  }

  /** What is missed comes later, in order, or never. */
  private disconnect(): void {
    const { handler } = this;
    if (!handler) return;
    handler.onStatus?.('waiting');
    handler.onStatus?.('live');
    if (this.random(2) === 0) return;
    this.delivered = this.server.log.length;
    handler.onGap?.({ reason: 'too_old', epoch: EPOCH, position: this.delivered });
  }
}
