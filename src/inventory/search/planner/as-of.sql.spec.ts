import { describe, expect, it } from '@jest/globals';
import type { ProductSort } from '../../../contracts/index.js';
import { asOf } from './as-of.sql.js';
import { productSearchSql } from './product-search.sql.js';

describe('asOf', () => {
  const ofState = (sort: ProductSort): { present: string; past: string } => {
    const search = productSearchSql({ state: 'Kerala', per: 'quintal' }, { limit: 20, sort }, undefined);
    return { present: search.statement.text, past: asOf(search, 5).statement.text };
  };

  it('reads an eighth of the products along an index of prices, which has all their versions', () => {
    const { present, past } = ofState('price_asc');
    expect(present).toMatch(/LIMIT \(SELECT \/\* along prices \*\/ 300\)/);
    expect(past).toMatch(/LIMIT \(SELECT 38\)/);
    expect(past).not.toMatch(/\b300\b|along prices/);
  });

  it('reads as many as of the present along time, where most have one entry', () => {
    const { present, past } = ofState('newest');
    for (const text of [present, past]) expect(text).toMatch(/LIMIT 300\b/);
  });

  it('counts the entries of a range of prices along their index, whatever moment they are of', () => {
    const { present, past } = ofState('price_asc');
    expect(present).toMatch(/FROM products \/\* counted by price \*\/ p WHERE [^(]* LIMIT 3001\)/);
    expect(past).toMatch(/FROM products_priced p WHERE [^(]* ORDER BY p\.comparable_price, p\.id LIMIT 3001\)/);
  });

  it('counts the products of a place without looking for their versions', () => {
    expect(ofState('price_asc').past).toMatch(/SELECT FROM products_counted p WHERE p\.vendor_id = v\.id/);
  });
});
