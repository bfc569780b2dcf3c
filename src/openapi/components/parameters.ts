import { AVAILABILITIES, EVENT_TYPES, PRODUCT_SORTS } from '../../contracts/index.js';
import { CORRELATION_ID, EPOCH } from '../examples/events.js';
import { ONION_ID } from '../examples/products.js';
import { VENDOR_ID } from '../examples/vendors.js';
import type { Examples, Parameter, Ref, Schema } from '../types.js';
import { epoch, id, languageTag, oneOfTexts, price, slug, text, textOrBlank } from './schemas/schema.js';

const one = (value: unknown, summary = 'An example'): Examples => ({ example: { summary, value } });

function query(name: string, description: string, schema: Schema, examples: Examples): Parameter {
  return { name, in: 'query', description, schema: { ...schema, description }, examples };
}

function header(name: string, description: string, schema: Schema, examples: Examples): Parameter {
  return { name, in: 'header', description, schema, examples };
}

function path(description: string, value: string): Parameter {
  return { name: 'id', in: 'path', required: true, description, schema: id(description), examples: one(value) };
}

/** A whole number in a query. */
const whole = (minimum: number, maximum: number, fallback: number): Schema => ({
  type: 'integer',
  minimum,
  maximum,
  default: fallback,
});

const cursor = (value: string): Parameter =>
  query('cursor', '`nextCursor` of the page before, of the same search', text(2_000, 'Opaque'), one(value));

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  VendorId: path('The vendor', VENDOR_ID),
  ProductId: path('The product', ONION_ID),

  Text: query(
    'q',
    'Words in any language and script, spelled as one likes: `pyaz`, `प्याज` and `onion` find each other. The last word may be unfinished.',
    textOrBlank(200, ''),
    {
      hindi: { summary: 'Hindi', value: 'प्याज' },
      tamil: { summary: 'Tamil', value: 'வெங்காயம்' },
      urdu: { summary: 'Urdu', value: 'پیاز' },
      latin: { summary: 'Hindi in Latin letters', value: 'pyaz' },
      unfinished: { summary: 'An unfinished word', value: 'oni' },
    },
  ),
  State: query('state', 'State of the vendor, exactly', text(200, ''), one('Delhi')),
  District: query('district', 'District of the vendor, exactly', text(200, ''), one('North Delhi')),
  Category: query('category', 'Category of the products', slug(''), one('vegetables')),
  PageLimit: query('limit', 'At most this many items', whole(1, 100, 20), one(20)),
  ProductCursor: cursor(
    'WyJuZXdlc3QiLCIyMDI2LTAzLTAxVDAzOjM1OjAwLjAwMFoiLCJwcmRfMDE5NTU1MGE0MDAwN2QyYzliMWY2YTJkNGM4ZTBmMTMiXQ',
  ),
  VendorCursor: cursor('WyJuYW1lIiwwLCJBc2hhIFZlZ2V0YWJsZXMiLCJ2bmRfYXNoYSJd'),
  Language: query('lang', 'Adds `displayName`, the name in this language', languageTag(''), {
    hindi: { summary: 'Hindi', value: 'hi' },
    tamil: { summary: 'Tamil', value: 'ta' },
  }),
  OfVendor: query('vendorId', 'Of this vendor only', id(''), one(VENDOR_ID)),
  OfProduct: query('productId', 'Of this product only', id(''), one(ONION_ID)),
  MinPrice: query('minPrice', 'Lowest `basePrice`', price(''), one(20)),
  MaxPrice: query('maxPrice', 'Highest `basePrice`', price(''), one(49.5)),
  Availability: query('availability', 'With this availability', oneOfTexts(AVAILABILITIES), one('available')),
  Sort: query('sort', '`relevance` if there is a text, else `newest`', oneOfTexts(PRODUCT_SORTS), {
    cheapest: { summary: 'Cheapest first', value: 'price_asc' },
    newest: { summary: 'Newest first', value: 'newest' },
  }),

  After: query('after', 'Position of the last event already seen', whole(0, Number.MAX_SAFE_INTEGER, 0), {
    beginning: { summary: 'From the beginning', value: 0 },
    later: { summary: 'After some that are known', value: 1 },
  }),
  EventLimit: query('limit', 'At most this many events', whole(1, 1_000, 100), one(500)),
  Epoch: query('epoch', 'Epoch the position belongs to; another one is answered with 410', epoch, one(EPOCH)),
  EventType: query('eventType', 'Of this type only', oneOfTexts(EVENT_TYPES), one('price_changed')),

  CorrelationId: header(
    'X-Correlation-Id',
    'Ties together the request, its log lines and the events it causes; one that is not usable is replaced.',
    { type: 'string' },
    one(CORRELATION_ID, 'A UUID'),
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'Makes a retry safe: for a day, the same request (method, URL, body as it is parsed, `If-Match`) of the same caller with this key gets the answer to the first one; any other is refused with 422. Of refusals only 404, 409 and 412 are kept; after any other one the key may be used again.',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    one('5f3c1b9e-8a47-4d0e-b1c6-2f9d7a3e5c80', 'A UUID'),
  ),
  IfMatch: header(
    'If-Match',
    'The ETag of the state the change is meant for; with any other state nothing is changed: 412.',
    { type: 'string' },
    { version: { summary: 'A version', value: '"1"' }, any: { summary: 'Any state', value: '*' } },
  ),
  IfNoneMatch: header(
    'If-None-Match',
    'ETag of what the client has: 304 and no body if it still holds.',
    { type: 'string' },
    one('"1"', 'An ETag'),
  ),
};

/** Parameters of an operation by the names of the components; every request may have a correlation id. */
export function parameters(...names: string[]): readonly Ref[] {
  return [...names, 'CorrelationId'].map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
