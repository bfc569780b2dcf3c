import { describe, expect, it } from '@jest/globals';
import { type Product, withMarketFacts } from '../contracts/index.js';
import { compared, isWithin, orderOf, startOf } from './page-order.js';

/** As the server makes it: base64url of UTF-8. */
const cursorOf = (...members: unknown[]): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(members))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function product(id: string, terms: Partial<Product>): Product {
  const time = '2026-01-01T00:00:00.000Z';
  return withMarketFacts({
    ...{ id, vendorId: 'vnd_1', sku: id, name: 'Okra', names: {}, description: null, category: 'vegetables' },
    ...{ unit: 'kg', basePrice: 20, currency: 'INR', availability: 'available', version: 1 },
    ...{ createdAt: time, updatedAt: time, ...terms },
  });
}

const CRATE = product('crate', { unit: 'crate', unitWeightKg: 20, basePrice: 600 });
const KILO = product('kilo', { basePrice: 28 });
const PIECE = product('piece', { unit: 'piece', basePrice: 1 });
const NEPAL = product('nepal', { currency: 'NPR', basePrice: 1 });

describe('the order of a page by price', () => {
  it('is that of the server: what is comparable first, whichever way it goes', () => {
    const sorted = (query: Parameters<typeof orderOf>[0]) => {
      const order = orderOf(query)!;
      return [PIECE, CRATE, NEPAL, KILO]
        .sort((one, other) => compared(order, order.keysOf(one), order.keysOf(other)))
        .map(({ id }) => id);
    };
    expect(sorted({ sort: 'price_asc' })).toEqual(['kilo', 'crate', 'nepal', 'piece']);
    expect(sorted({ sort: 'price_desc' })).toEqual(['crate', 'kilo', 'piece', 'nepal']);
    expect(sorted({ sort: 'price_asc', per: 'dozen' })).toEqual(['piece', 'kilo', 'crate', 'nepal']);
  });

  it('is known from cursors of the same order, and of no other', () => {
    const query = { sort: 'price_asc', per: 'quintal' } as const;
    const order = orderOf(query)!;
    const start = (...members: unknown[]) => startOf({ cursor: cursorOf(...members) }, order);
    expect(start('price:asc:INR:kg', 'kg', 'INR', '28.5', 'prd_1')).toEqual([0, 'kg', 'INR', 28.5, 'prd_1']);
    expect(start('price:asc:INR:kg', 'पेटी', 'INR', '28.5', 'prd_1')).toEqual([1, 'पेटी', 'INR', 28.5, 'prd_1']);
    expect(start('price:asc:INR:piece', 'kg', 'INR', '28.5', 'prd_1')).toBeUndefined();
    expect(start('price:asc:INR:kg', 'kg', 'INR', 28.5, 'prd_1')).toBeUndefined();
    expect(start('price_asc', 28.5, 'prd_1')).toBeUndefined();
    const page = { items: [], nextCursor: null };
    const behind = { ...query, cursor: cursorOf('price:asc:INR:kg', 'kg', 'INR', '29', 'prd_1') };
    expect([KILO, CRATE, PIECE].map((one) => isWithin(one, page, behind))).toEqual([false, true, true]);
  });

  it('compares texts by code points, as their bytes compare', () => {
    const order = orderOf({ sort: 'price_asc' })!;
    const keys = (unit: string) => order.keysOf(product('p', { unit }));
    // UTF-16 has the banana's surrogates before the fullwidth letter.
    expect(compared(order, keys('ｋ'), keys('🍌'))).toBeLessThan(0);
    expect(compared(order, keys('bag'), keys('bags'))).toBeLessThan(0);
    expect(compared(order, keys('🍌'), keys('🍌'))).toBe(0);
  });
});
