import { parse } from 'node:querystring';
import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import fc from 'fast-check';
import { AVAILABILITIES, PRODUCT_SORTS } from '../../../contracts/index.js';
import { StrictValidationPipe } from '../../../validation/index.js';
import { plainProductSearch, plainVendorSearch } from './fast-query-parser.js';
import { ProductSearchQuery, VendorSearchQuery } from './search.dto.js';

const NAMES = [
  ...['q', 'state', 'district', 'category', 'limit', 'cursor', 'lang', 'vendorId', 'minPrice', 'maxPrice'],
  ...['availability', 'sort', 'exact', 'per', 'currency', 'Q', '__proto__', 'toString', 'page', 'q[]', ''],
];
const value = fc.oneof(
  fc.constantFrom(...AVAILABILITIES, ...PRODUCT_SORTS, 'spices', 'leafy-vegetables', 'Spices', 'a--b', 'vnd_a', 'a b'),
  fc.constantFrom(
    '0',
    '1',
    '20',
    '020',
    '100',
    '101',
    '5.0',
    '1.5',
    '-1',
    '1e3',
    '9999999999.99',
    '99999999999',
    '1.234',
  ),
  fc.constantFrom('hi', 'ta-IN', 'HI', 'आलू', 'आलू प्याज', '   ', '!', '\0', '\u001f', 'x'.repeat(200), 'x'.repeat(201)),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const written = value.chain((text) =>
  fc.constantFrom(
    encodeURIComponent(text.toWellFormed()),
    new URLSearchParams({ x: text }).toString().slice(2),
    text.replace(/[^ -~]/g, ''),
    '%',
    '%ff',
    '%41+%42',
  ),
);
const any = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('=', '', '=='), written).map((parts) => parts.join(''));
const text = fc.oneof(fc.constantFrom('aaloo', 'a+b', '%E0%A4%86', '%41+%42', '1.5'), written);
const likely = fc.oneof(
  fc.tuple(fc.constantFrom('q', 'state', 'district', 'market', 'cursor'), text),
  fc.tuple(
    fc.constantFrom('limit', 'minPrice', 'maxPrice'),
    fc.constantFrom('0', '1', '020', '99', '101', '5.0', '1.5', '7.25'),
  ),
  fc.tuple(
    fc.constantFrom('category', 'vendorId', 'lang'),
    fc.constantFrom('spices', 'hi', 'ta-IN', 'a-b', 'vnd_1:x', 'a+b'),
  ),
  fc.tuple(fc.constantFrom('per', 'currency'), fc.constantFrom('quintal', 'INR', 'USD', 'inr', '20+kg', 'पेटी')),
  fc.tuple(fc.constant('availability'), fc.constantFrom(...AVAILABILITIES, 'gone')),
  fc.tuple(fc.constantFrom('sort', 'exact', 'facets'), fc.constantFrom(...PRODUCT_SORTS, 'oldest', 'true', 'false')),
);
const query = fc
  .array(fc.oneof({ weight: 6, arbitrary: likely.map((pair) => pair.join('=')) }, { weight: 1, arbitrary: any }), {
    maxLength: 4,
  })
  .map((pairs) => pairs.join('&'));

describe.each<[string, string, (url: string) => object | undefined, Type<object>]>([
  ['products', '/api/products/search', plainProductSearch, ProductSearchQuery],
  ['vendors', '/api/vendors/search', plainVendorSearch, VendorSearchQuery],
])('a plain search of %s', (_what, path, read, metatype) => {
  it('means what the parser and the validators make of it', async () => {
    const pipe = new StrictValidationPipe();
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const found = read(`${path}?${text}`);
        if (!found) return;
        plain += 1;
        expect(found).toEqual(await pipe.transform({ ...parse(text) }, { type: 'query', metatype }));
      }),
      { numRuns: 8_000 },
    );
    expect(plain).toBeGreaterThan(200);
  });

  it.each([
    '',
    '?',
    '?q',
    '?q=',
    '?q=a&',
    '?&q=a',
    '?q=a&q=b',
    '?q=%ff',
    '?q=a%00',
    '?q=a=b',
    '?limit=0',
    '?nothing=1',
  ])('needs a closer look at %j', (text) => {
    expect(read(path + text)).toBeUndefined();
  });

  it('is of no other path', () => {
    for (const other of [`${path}/`, `${path}s`, path.toUpperCase(), '/api/products', '/api//products/search']) {
      expect(read(`${other}?limit=5`)).toBeUndefined();
    }
    expect(read(`${path}?limit=5`)).toMatchObject({ limit: 5 });
  });
});
