import {
  AVAILABILITIES,
  DEFAULT_CURRENCY,
  DEFAULT_PER,
  EVENT_TYPES,
  FACETS,
  MOVER_WINDOWS,
  PRODUCT_SORTS,
  SERIES_BUCKETS,
  SERIES_REVISIONS,
} from '../../contracts/index.js';
import { CONSUMER_NAME, PARKED_EVENT_ID } from '../examples/consumers.js';
import { PROJECTION_NAME } from '../examples/projections.js';
import { AS_OF, CORRELATION_ID, EPOCH } from '../examples/events.js';
import { ONION_ID } from '../examples/products.js';
import { VENDOR_ID } from '../examples/vendors.js';
import { ASKED_LANGUAGE } from '../../validation/index.js';
import type { Examples, Parameter, Ref, Schema } from '../types.js';
import { epoch, id, languageTag, oneOfTexts, price, slug, text, textOrBlank, time } from './schemas/schema.js';

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

const uuid: Schema = { type: 'string', format: 'uuid' };

/** A whole number in a query. */
const whole = (minimum: number, maximum: number, fallback: number): Schema => ({
  type: 'integer',
  minimum,
  maximum,
  default: fallback,
});

const cursor = (value: string): Parameter =>
  query('cursor', '`nextCursor` of the page before, of the same search', text(2_000, 'Opaque'), one(value));

/** A time, or a day. */
const moment = { anyOf: [{ type: 'string', format: 'date' }, time('')] } satisfies Schema;

const PLACES = 'whatever the case, in any script, also by another name';
const LANGUAGE =
  'Adds `displayName`, the name in this language or what it falls back to: `ta-IN` to `ta`, whatever the case. Searches without it ' +
  'go by `Accept-Language`';
/** All that may stand there: some, in any order. */
const FACET_LISTS = FACETS.flatMap((one) => {
  const others = FACETS.filter((other) => other !== one);
  const [second, third] = others as [string, string];
  return [[one], [one, second], [one, third], [one, second, third], [one, third, second]].map((list) => list.join());
});
const LOWEST = 'Lowest price per `per`; products that aren’t comparable with that are left out';

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  VendorId: path('The vendor', VENDOR_ID),
  ProductId: path('The product', ONION_ID),

  ConsumerName: path('The consumer, by its name', CONSUMER_NAME),
  ParkedEventId: { ...path('The event', PARKED_EVENT_ID), name: 'eventId', schema: uuid },
  ProjectionName: path('The projection, by its name', PROJECTION_NAME),
  MostLeased: query('max', 'At most this many events', whole(1, 1_000, 100), one(100)),
  WaitSeconds: query('waitSeconds', 'How long to wait if there is nothing', whole(0, 30, 0), one(1)),

  AsOf: query(
    'asOf',
    'As it was known then: at a position of the log, by the end of a market day, or at a time; `position` in the answer says ' +
      'where that is. The future is refused. What is asked for by a position may be kept for ever',
    { anyOf: [{ type: 'string', pattern: '^(?:0|[1-9]\\d{0,14})$' }, ...moment.anyOf] },
    one(String(AS_OF)),
  ),

  Text: query(
    'q',
    'Words in any language and script, spelled as one likes: `pyaz`, `प्याज` and `onion` find each other. The last word may be unfinished. What finds nothing is loosened: `pyaz ka bhav` and `oinon` find onions.',
    textOrBlank(200, ''),
    {
      hindi: { summary: 'Hindi', value: 'प्याज' },
      tamil: { summary: 'Tamil', value: 'வெங்காயம்' },
      urdu: { summary: 'Urdu', value: 'پیاز' },
      latin: { summary: 'Hindi in Latin letters', value: 'pyaz' },
      unfinished: { summary: 'An unfinished word', value: 'oni' },
    },
  ),
  State: query('state', `State of the vendor; ${PLACES}`, text(200, ''), {
    english: { summary: 'As the portal writes it', value: 'Delhi' },
    hindi: { summary: 'In Hindi', value: 'दिल्ली' },
  }),
  District: query('district', `District of the vendor; ${PLACES}`, text(200, ''), one('North Delhi')),
  Market: query('market', `Market of the vendor; ${PLACES}`, text(200, ''), one('Azadpur')),
  Category: query('category', 'Category of the products', slug(''), one('vegetables')),
  PageLimit: query('limit', 'At most this many items', whole(1, 100, 20), one(20)),
  ProductCursor: cursor(
    'WyJuZXdlc3QiLCIyMDI2LTAzLTAxVDAzOjM1OjAwLjAwMFoiLCJwcmRfMDE5NTU1MGE0MDAwN2QyYzliMWY2YTJkNGM4ZTBmMTMiXQ',
  ),
  VendorCursor: cursor('WyJuYW1lcyIsMCwiQXNoYSBWZWdldGFibGVzIiwidm5kX2FzaGEiXQ'),
  Language: query(
    'lang',
    LANGUAGE,
    { ...languageTag(''), pattern: ASKED_LANGUAGE.source },
    {
      hindi: { summary: 'Hindi', value: 'hi' },
      tamil: { summary: 'Tamil', value: 'ta' },
    },
  ),
  OfVendor: query('vendorId', 'Of this vendor only', id(''), one(VENDOR_ID)),
  OfProduct: query('productId', 'Of this product only', id(''), one(ONION_ID)),
  Per: query(
    'per',
    'Unit of `minPrice`, `maxPrice` and `pricePer`. Orders by price begin with what is comparable with it, in `currency`; ' +
      'all else follows, by dimension, currency and price',
    { ...text(32, ''), default: DEFAULT_PER },
    { wholesale: { summary: 'As markets price', value: 'quintal' }, piece: { summary: 'By number', value: 'piece' } },
  ),
  Currency: query(
    'currency',
    'Currency of the same; ISO 4217',
    { type: 'string', pattern: '^[A-Z]{3}$', default: DEFAULT_CURRENCY },
    one('INR'),
  ),
  MinPrice: query('minPrice', LOWEST, price(''), one(20)),
  MaxPrice: query('maxPrice', 'Highest price per `per`', price(''), one(49.5)),
  Availability: query('availability', 'With this availability', oneOfTexts(AVAILABILITIES), one('available')),
  Sort: query('sort', '`relevance` if there is a text, else `newest`', oneOfTexts(PRODUCT_SORTS), {
    cheapest: { summary: 'Cheapest first', value: 'price_asc' },
    newest: { summary: 'Newest first', value: 'newest' },
  }),

  HalfTyped: query(
    'q',
    'What is typed so far, in any script; nothing is suggested before',
    { ...textOrBlank(200, ''), default: '' },
    one('oni'),
  ),
  SuggestionLimit: query('limit', 'At most this many suggestions', whole(1, 50, 8), one(8)),
  Facets: query(
    'facets',
    'Adds `facets`: how many of all products found there are of each of the 20 commonest values; some of `category`, `state`, ' +
      '`availability`, behind commas, each once',
    { type: 'string', enum: FACET_LISTS },
    one('category,state'),
  ),
  Exact: query(
    'exact',
    '`true`: a text that finds little is left at that. Otherwise it is loosened: `interpretation` says how',
    { type: 'boolean', default: false },
    one(true),
  ),

  SeriesCommodity: query('commodity', 'Of this commodity, whatever its sellers call it', slug(''), one('onion')),
  Variety: query('variety', 'Of this variety, whatever the case', text(200, ''), one('Red')),
  SeriesFrom: query(
    'from',
    'First market day; by default a year before `to`. Days are widened to whole buckets, and may be 3,660',
    { type: 'string', format: 'date' },
    one('2026-09-01'),
  ),
  SeriesTo: query('to', 'Last market day; by default today', { type: 'string', format: 'date' }, one('2026-09-30')),
  Bucket: query(
    'bucket',
    'What one point is of. Weeks are those of ISO 8601, from Monday on',
    { ...oneOfTexts(SERIES_BUCKETS), default: 'day' },
    one('week'),
  ),
  SeriesUnit: query(
    'unit',
    'Unit of all prices; what isn’t comparable with it is left out',
    { ...text(32, ''), default: 'quintal' },
    { retail: { summary: 'By the kilogram', value: 'kg' } },
  ),
  SeriesCurrency: query(
    'currency',
    'Currency of all prices; ISO 4217',
    { type: 'string', pattern: '^[A-Z]{3}$', default: DEFAULT_CURRENCY },
    one('INR'),
  ),
  MoverWindow: query(
    'window',
    'Days that lie between the prices compared',
    { ...oneOfTexts(MOVER_WINDOWS), default: '1d' },
    one('7d'),
  ),
  MoverLimit: query('limit', 'At most this many changes', whole(1, 100, 20), one(10)),
  Revisions: query(
    'revisions',
    'Of several reports of one product and day the last one, or what was known first',
    { ...oneOfTexts(SERIES_REVISIONS), default: 'latest' },
    one('first'),
  ),

  After: query('after', 'Position of the last event already seen', whole(0, Number.MAX_SAFE_INTEGER, 0), {
    beginning: { summary: 'From the beginning', value: 0 },
    later: { summary: 'After some that are known', value: 1 },
  }),
  FromDay: query('from', 'First market day', { type: 'string', format: 'date' }, one('2026-09-01')),
  ToDay: query('to', 'Last market day', { type: 'string', format: 'date' }, one('2026-09-30')),
  DayLimit: query('limit', 'At most this many days', whole(1, 1_000, 100), one(30)),
  DayCursor: query('cursor', '`nextCursor` of the page before', text(100, 'Opaque'), one('MjAyNi0wOS0wMQ')),
  EventLimit: query('limit', 'At most this many events; fewer come if they are large', whole(1, 1_000, 100), one(500)),
  AfterSeal: query(
    'after',
    'Last position of the last seal already seen',
    whole(0, Number.MAX_SAFE_INTEGER, 0),
    one(10_000),
  ),
  SealLimit: query('limit', 'At most this many seals', whole(1, 10_000, 1_000), one(100)),

  Actor: query(
    'actor',
    'Whose changes: a kind (`admin`), an id (`vnd_asha`), or both (`vendor:vnd_asha`)',
    text(210, ''),
    {
      kind: { summary: 'A kind', value: 'admin' },
      one: { summary: 'One of them', value: `vendor:${VENDOR_ID}` },
    },
  ),
  Cause: query(
    'cause',
    'What has led to the changes: an import or an `Idempotency-Key`',
    text(255, ''),
    one('order-17'),
  ),
  FromMoment: query('from', 'Made at this time or later; a market day or a time', moment, {
    day: { summary: 'A market day', value: '2026-09-01' },
    time: { summary: 'A time', value: '2026-09-01T03:35:00.000Z' },
  }),
  ToMoment: query('to', 'Made at this time or earlier, or on this market day', moment, one('2026-09-30')),
  AuditLimit: query('limit', 'At most this many events of a page', whole(1, 1_000, 100), one(50)),
  AuditCursor: query('cursor', '`nextCursor` of the page before', text(100, 'Opaque'), one('YXVkaXQ6MTA0MQ')),

  Epoch: query('epoch', 'Epoch the position belongs to; another one is answered with 410', epoch, one(EPOCH)),
  EventType: query('eventType', 'Of this type only', oneOfTexts(EVENT_TYPES), one('price_changed')),

  ImportState: query(
    'state',
    'The state of all rows, for files that don’t name it; others are read as they are',
    text(200, ''),
    one('Gujarat'),
  ),
  ImportDay: query(
    'day',
    'The day of all prices, for market reports that don’t say it; 400 if the file says another one',
    { type: 'string', format: 'date' },
    one('2026-03-02'),
  ),
  DryRun: query(
    'dryRun',
    'Says what the import would do, and does nothing of it',
    { type: 'boolean', default: false },
    one(true),
  ),

  CorrelationId: header(
    'X-Correlation-Id',
    'Ties together the request, its log lines and the events it causes; one that is not usable is replaced. Without it a `traceparent` does.',
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
