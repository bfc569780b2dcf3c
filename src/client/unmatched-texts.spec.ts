import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FoundProduct, type Product, withMarketFacts } from '../contracts/index.js';
import { effectOf, type PageQuery } from './page-effect.js';
import type { ProductEvent, ProductPage } from './types.js';
import { UnmatchedTexts } from './unmatched-texts.js';

const CHEAP: PageQuery = { q: 'onion', sort: 'price_asc', maxPrice: 50 };

describe('what a live search knows of the texts that it doesn’t find', () => {
  let unmatched: UnmatchedTexts;
  let page: ProductPage;
  let query: PageQuery;

  const begin = (asked: PageQuery): void => {
    query = asked;
    unmatched = new UnmatchedTexts(query);
    load(pageAt(10));
  };
  const load = (loaded: ProductPage): void => {
    unmatched.asking();
    page = loaded;
    unmatched.pageIsNew(page);
  };
  const take = (event: ProductEvent) => effectOf(event, page, query, unmatched);

  beforeEach(() => begin(CHEAP));
  afterEach(() => void jest.restoreAllMocks());

  it('counts at once for all products with the texts of one that stayed within the bounds', () => {
    expect(take(repriced('a', 11, 40, 41))).toBe('none');
    expect([take(repriced('b', 12, 60, 20)), take(created('c', 13, 30))]).toEqual(['none', 'none']);
    expect(take({ ...created('d', 14, 30), product: { ...product('d', 30), name: 'Pyaz' } })).toBe('refetch');
  });

  it('comes from the product that a page was asked for because of, once the page includes that', () => {
    expect(take(created('a', 11, 40))).toBe('refetch');
    load(pageAt(11));
    expect(take(created('b', 12, 40))).toBe('none');
  });

  it('doesn’t come from a page that is older than that, such as one from a cache', () => {
    take(created('a', 11, 40));
    load(pageAt(10));
    expect([take(created('b', 12, 40)), take(repriced('a', 13, 40, 41)), take(created('c', 14, 40))]).toEqual([
      'refetch',
      'none',
      'refetch',
    ]);
  });

  it('comes from the events that a page includes, but not if one of them takes the product out', () => {
    load(pageAt(20));
    take(created('a', 11, 40));
    take(repriced('a', 12, 40, 70));
    expect(take(created('b', 21, 40))).toBe('refetch');
    load(pageAt(30));
    take(created('c', 22, 40));
    expect(take(created('d', 31, 40))).toBe('none');
  });

  it('has the page asked for again if it may have shown a change that had no position yet', () => {
    load(pageAt(20));
    take(created('a', 19, 40));
    expect([take(created('b', 21, 30)), take(repriced('a', 22, 40, 70))]).toEqual(['none', 'refetch']);
    // Nothing rests on it any more.
    expect(take(created('c', 23, 30))).toBe('refetch');
  });

  it('is void for a product whose other event of the same write says that it has only come', () => {
    const write = repriced('a', 12, 60, 40);
    expect(take({ ...write, position: 11, eventType: 'availability_changed', changes: [] })).toBe('none');
    expect([take(write), take(created('b', 13, 40))]).toEqual(['refetch', 'refetch']);
  });

  it('stands on other products when one of them leaves', () => {
    for (const [index, id] of ['a', 'b'].entries()) take(repriced(id, 11 + index, 40, 41));
    expect([take(created('c', 13, 30)), take(repriced('a', 14, 41, 70)), take(created('d', 15, 30))]).toEqual([
      'none',
      'none',
      'none',
    ]);
  });

  it.each([
    ['a full page by relevance', { q: 'onion' }, 'more'],
    ['a later page by relevance', { q: 'onion', cursor: 'x' }, null],
    ['a page behind a cursor of another kind', { ...CHEAP, cursor: 'x' }, null],
    ['a full page that the product comes behind', CHEAP, 'more'],
  ])('doesn’t come from %s', (_what, asked, nextCursor) => {
    begin(asked);
    load({ ...pageAt(10), items: [found('shown', 10)], nextCursor });
    take(repriced('a', 11, 40, 41));
    load(pageAt(12));
    expect(take(created('b', 13, 40))).toBe('refetch');
  });

  it('comes from a page by relevance that shows all there is', () => {
    begin({ q: 'onion' });
    take(repriced('a', 11, 40, 41));
    expect(take(created('b', 12, 40))).toBe('none');
  });

  it('ends with the connection, and with what is missed, until a page has been asked for anew', () => {
    for (const end of [() => unmatched.retire(), () => unmatched.clear()]) {
      begin(CHEAP);
      take(repriced('a', 11, 40, 41));
      expect(take(created('b', 12, 40))).toBe('none');
      end();
      take(repriced('c', 13, 40, 41));
      expect(take(created('d', 14, 40))).toBe('refetch');
      load(pageAt(14));
      expect(take(created('e', 15, 40))).toBe('none');
    }
  });

  it('ends 60 s after the page was asked for where it rests on a vendor’s place, else not', () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    for (const [asked, late] of [
      [{ ...CHEAP, state: 'Kerala' }, 'refetch'],
      [CHEAP, 'none'],
    ] as const) {
      clock.mockReturnValue(0);
      begin(asked);
      // Learnt again from the same page, it isn't newer.
      for (const [time, effect] of [[59_000, 'none'] as const, [61_000, late] as const]) {
        clock.mockReturnValue(time);
        take(repriced('a', 11 + time, 40, 41));
        expect(take(created(`b${time}`, 12 + time, 40))).toBe(effect);
      }
    }
  });

  it('asks nothing about a product that is outside', () => {
    expect([take(created('a', 11, 60)), take(repriced('a', 12, 60, 55))]).toEqual(['none', 'none']);
  });
});

const pageAt = (position: number): ProductPage => ({
  items: [],
  nextCursor: null,
  epoch: 'one',
  position,
  interpretation: { kind: 'exact', q: '', dropped: [], corrected: [], place: null },
});

function product(id: string, basePrice: number): Product {
  const time = '2026-01-01T00:00:00.000Z';
  return withMarketFacts({
    ...{ id, vendorId: 'vnd_1', sku: id, name: 'Garlic', names: {}, description: null, category: 'spices' },
    ...{ unit: 'kg', basePrice, currency: 'INR', availability: 'available', version: 1 },
    ...{ createdAt: time, updatedAt: time },
  });
}

const found = (id: string, basePrice: number): FoundProduct => ({
  ...product(id, basePrice),
  name: 'Onion',
  vendor: { id: 'vnd_1', name: 'Asha', names: {}, market: null, district: null, state: null },
  pricePer: { amount: basePrice, unit: 'kg' },
});

function created(productId: string, position: number, basePrice: number): ProductEvent {
  return {
    ...{ eventId: `${position}`, eventType: 'product_created', productId, vendorId: 'vnd_1', category: 'spices' },
    ...{ version: 1, changes: [], product: product(productId, basePrice), correlationId: '', region: '' },
    ...{ cause: {}, observation: null },
    ...{ occurredAt: '', epoch: 'one', position },
  };
}

const repriced = (id: string, position: number, oldValue: number, newValue: number): ProductEvent => ({
  ...created(id, position, newValue),
  eventType: 'price_changed',
  changes: [{ field: 'basePrice', oldValue, newValue }],
});
