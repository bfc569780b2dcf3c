import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';

const STRING = 'must be a string';
const BLANK = 'must not be blank';
const ID = 'must be an id: letters, digits or _ . : - beginning with a letter or digit';
const SLUG = 'must be a lower-case kebab slug such as leafy-vegetables';
const TAG = 'must be a language tag such as hi or ta-IN';
const NUMBER = 'must be a number';
const WHOLE = 'must be a whole number';
const oneOf = (...values: string[]): string => `must be one of the following values: ${values.join(', ')}`;
const most = (characters: number): string => `must have at most ${characters} characters`;
const STOCK = oneOf('available', 'limited', 'out_of_stock');

type Faults = [value: unknown, message: string][];
const NO_TEXT: Faults = [7, true, ['a'], {}].map((value) => [value, STRING]);

/** What is wrong with a field, kind by kind in the order in which faults are named. */
const FIELDS: Record<string, { type: Faults; form: Faults; bounds: Faults }> = {
  name: { type: NO_TEXT, form: [['  ', BLANK]], bounds: [['x'.repeat(201), most(200)]] },
  sku: { type: NO_TEXT, form: [['', BLANK]], bounds: [['x'.repeat(401), most(400)]] },
  description: { type: NO_TEXT, form: [['a\u0000', 'must not hold control characters']], bounds: [] },
  category: { type: NO_TEXT, form: [['Leafy', SLUG]], bounds: [['a'.repeat(65), most(64)]] },
  unit: { type: NO_TEXT, form: [['', BLANK]], bounds: [] },
  basePrice: {
    type: [
      ['7', NUMBER],
      [true, NUMBER],
      [[7], NUMBER],
    ],
    form: [[12.345, 'must have at most two decimals']],
    bounds: [[-1, 'must be from 0 to 9999999999.99']],
  },
  currency: { type: NO_TEXT, form: [['inr', 'must be an ISO 4217 code such as INR']], bounds: [] },
  availability: { type: NO_TEXT, form: [['sold', STOCK]], bounds: [] },
  names: {
    type: [
      ['x', 'must be an object of names by language'],
      [[], 'must be an object of names by language'],
    ],
    form: [
      [{ 'x y': 'a' }, 'has a key that is not a language tag'],
      [{ hi: 7 }, `hi ${STRING}`],
    ],
    bounds: [[{ hi: 'x'.repeat(201) }, `hi ${most(200)}`]],
  },
};

const PARAMETERS: Record<string, { type: Faults; form: Faults; bounds: Faults }> = {
  q: { type: [], form: [['%00', 'must not hold control characters']], bounds: [['x'.repeat(201), most(200)]] },
  lang: { type: [], form: [['%2B', TAG]], bounds: [] },
  category: { type: [], form: [['Leafy', SLUG]], bounds: [['a'.repeat(65), most(64)]] },
  vendorId: { type: [], form: [['_x', ID]], bounds: [['v'.repeat(65), most(64)]] },
  availability: { type: [], form: [['sold', STOCK]], bounds: [] },
  sort: { type: [], form: [['price', oneOf('relevance', 'price_asc', 'price_desc', 'newest')]], bounds: [] },
  limit: { type: [['abc', NUMBER]], form: [['1.5', WHOLE]], bounds: [['101', 'must be from 1 to 100']] },
  minPrice: { type: [['abc', NUMBER]], form: [['1.234', 'must have at most two decimals']], bounds: [] },
};

describe('the first fault of a field', () => {
  let app: TestApp;
  let vendorId: string;

  beforeAll(async () => {
    app = await startApp();
    vendorId = (await createVendor(app)).id;
  });
  afterAll(() => app.close());

  const sound = { sku: 'okra', name: 'Okra', category: 'vegetables', basePrice: 1 };
  const kinds = ({ type, form, bounds }: (typeof FIELDS)[string]): Faults => [...type, ...form, ...bounds];

  it.each(Object.keys(FIELDS))('of a product is named: %s', async (field) => {
    for (const [value, message] of kinds(FIELDS[field]!)) {
      const product = { vendorId, ...sound, [field]: value };
      const one = await app.request<{ errors: unknown }>('POST', '/api/products', product);
      expect([value, one.status, one.body.errors]).toEqual([value, 400, [{ field, message }]]);
      // The same rule, wherever the field is given.
      const items = [{ ...sound, [field]: value }];
      const many = await app.request<{ results: unknown[] }>('PUT', `/api/vendors/${vendorId}/inventory`, { items });
      expect([value, many.body.results]).toEqual([
        value,
        [expect.objectContaining({ status: 'rejected', field, reason: expect.stringContaining(message) })],
      ]);
    }
  });

  it.each(['name', 'category', 'basePrice'])('of a product is that it is missing: %s', async (field) => {
    const answer = await app.request<{ errors: unknown }>('POST', '/api/products', {
      vendorId,
      ...sound,
      [field]: undefined,
    });
    expect(answer.body.errors).toEqual([{ field, message: 'is missing' }]);
  });

  it.each(Object.keys(PARAMETERS))('of a search is named: %s', async (name) => {
    for (const [value, message] of kinds(PARAMETERS[name]!)) {
      const answer = await app.request<{ errors: unknown }>('GET', `/api/products/search?${name}=${String(value)}`);
      expect([value, answer.status, answer.body.errors]).toEqual([value, 400, [{ field: name, message }]]);
    }
    // Whatever else is wrong with it: that it is given twice comes first.
    const [bad] = kinds(PARAMETERS[name]!)[0]!;
    const query = `${name}=${String(bad)}&${name}=${String(bad)}`;
    const twice = await app.request<{ errors: unknown }>('GET', `/api/products/search?${query}`);
    expect(twice.body.errors).toEqual([{ field: name, message: 'is given more than once' }]);
  });
});
