import { describe, expect, it } from '@jest/globals';
import type { Product } from '../../../client/index.js';
import { priceOf, readPaste } from './paste.js';

const product = (sku: string, name: string, names: Record<string, string> = {}): Product =>
  ({ sku, name, names, basePrice: 1_000, availability: 'available' }) as Product;

describe('cells pasted from a spreadsheet', () => {
  const products = [product('s-1', 'Onion', { hi: 'प्याज' }), product('s-2', 'Potato'), product('s-3', 'Potato')];
  const read = (text: string) => readPaste(text, products).map(({ line, item, problem }) => [line, item, problem]);

  it('mean products by sku or by a name in any language', () => {
    expect(read('s-2\t1100\nप्याज\t₹1,250.50\tlimited')).toEqual([
      [1, { sku: 's-2', basePrice: 1_100 }, null],
      [2, { sku: 's-1', basePrice: 1_250.5, availability: 'limited' }, null],
    ]);
  });

  it('may have their columns named, in any order and in Hindi', () => {
    expect(read('भाव,नाम,उपलब्धता\n"1,100",onion,समाप्त\n')).toEqual([
      [2, { sku: 's-1', basePrice: 1_100, availability: 'out_of_stock' }, null],
    ]);
  });

  it('change nothing where it is so already, and make a product if they say all of it', () => {
    expect(read('sku;name;category;price\ns-1;;;1000\nnew;Okra;vegetables;40')).toEqual([
      [2, null, null],
      [3, { sku: 'new', name: 'Okra', category: 'vegetables', basePrice: 40 }, null],
    ]);
  });

  it('are refused with a reason, each line by itself', () => {
    expect(read('Potato\t5\nOkra\t5\ns-1\tcheap\ns-1\t5\tmaybe\ns-1\ns-2\t1\ns-2\t2')).toEqual([
      [1, null, 'ambiguous'],
      [2, null, 'unknown'],
      [3, null, 'bad-price'],
      [4, null, 'twice'],
      [5, null, 'twice'],
      [6, { sku: 's-2', basePrice: 1 }, null],
      [7, null, 'twice'],
    ]);
  });

  it('have prices as people write them', () => {
    expect(['₹ 1,23,456.5', 'Rs. 20/-', '१७५०', '1.234', '-5', 'five', '1,5'].map(priceOf)).toEqual([
      123_456.5,
      20,
      1_750,
      null,
      null,
      null,
      null,
    ]);
  });
});
