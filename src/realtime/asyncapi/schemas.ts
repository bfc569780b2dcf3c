import {
  type Arrivals,
  type EventCause,
  type ExceptionMessage,
  type FieldChange,
  type LogCursor,
  NOT_RECOVERED,
  OBSERVATION_FLAGS,
  type PriceObservation,
  type Product,
  PRODUCT_EVENT_TYPES,
  type ProductEvent,
  type Vendor,
  VENDOR_EVENT_TYPES,
  type VendorEvent,
} from '../../contracts/index.js';
import { UnavailableError, ValidationFailedError } from '../../infra/index.js';
import { ID, MAX_SLUG, PRODUCT_SCHEMAS, SLUG } from '../../validation/index.js';
import { TOO_MANY_CONNECTIONS } from '../limits/connection-limit.js';
import { RequestTooLargeError, TooManyRequestsError } from '../limits/request-limit.js';
import { MAX_SUBSCRIPTIONS } from '../recovery/room-subscriber.js';
import { TooManySubscriptionsError } from '../recovery/subscription-errors.js';
import type { Room, RoomType } from '../protocol/rooms.js';
import { SLOW_CONSUMER } from '../slow-clients/slow-clients.js';
import { SERIES_SCHEMAS } from './series-schemas.js';
import { count, object, oneOfTexts, ref, type Schema, text } from './schema.js';

const EXCEPTION_CODES = [
  new ValidationFailedError([]).code,
  new RequestTooLargeError().code,
  new TooManyRequestsError().code,
  new TooManySubscriptionsError(MAX_SUBSCRIPTIONS).code,
  new UnavailableError('').code,
  'internal_error',
  SLOW_CONSUMER,
  TOO_MANY_CONNECTIONS,
];

const time: Schema = { type: 'string', format: 'date-time', description: 'ISO 8601, UTC, milliseconds' };
const id: Schema = { type: 'string', pattern: ID.source, description: 'Opaque' };
const slug: Schema = { type: 'string', pattern: SLUG.source, maxLength: MAX_SLUG, description: 'Lower-case kebab' };
const epoch: Schema = {
  type: 'string',
  format: 'uuid',
  description: 'Of the log; a new one if the database was set back. Positions of different epochs can’t be compared',
};
const anything: Schema = {};
const none: Schema = { type: 'null' };
const price = (description: string): Schema => ({ type: 'number', minimum: 0, description });
const names: Schema = {
  type: 'object',
  additionalProperties: text(),
  description: 'Translations by BCP 47 language tag',
};
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });

/** What all kinds of events have in common, in the order in which they are sent. */
const HEAD = {
  eventId: { type: 'string', format: 'uuid', description: 'UUID v7' },
  epoch,
  position: count('Place in the log, contiguous from 1 within an epoch', 1),
};
const TAIL = {
  correlationId: text('Of the request that caused it'),
  cause: ref('EventCause'),
  region: text(),
  occurredAt: time,
};
const changes = (description: string): Schema => ({ type: 'array', items: ref('FieldChange'), description });

/** The fields of each type of room beside what they have in common. */
const ROOM_FIELDS = {
  vendor: { type: { const: 'vendor' }, vendorId: id },
  category: { type: { const: 'category' }, category: slug },
  general: { type: { const: 'general' } },
} satisfies { [Type in RoomType]: { [Key in keyof Extract<Room, { type: Type }>]: Schema } };

function ofRoom(common: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  return {
    oneOf: Object.values(ROOM_FIELDS).map((fields) => {
      const properties = { ...fields, ...common };
      const required = Object.keys(properties).filter((name) => !optional.includes(name));
      return { type: 'object', properties, required, additionalProperties: false };
    }),
  };
}

/** Without steps: a client that checks what it gets may find that 0.07 is no multiple of 0.01. */
const PRODUCT = Object.fromEntries(
  Object.entries(PRODUCT_SCHEMAS).map(([field, { multipleOf: _step, ...schema }]) => [field, schema]),
) as Record<keyof Product, Schema>;

const room = text('Name of the room on the server');

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  LogCursor: object<LogCursor>({ epoch, position: count('Everything up to and including this has been seen') }),

  SubscribeRequest: ofRoom({ since: ref('LogCursor') }, ['since']),
  UnsubscribeRequest: ofRoom({}),

  SubscriptionConfirmed: ofRoom(
    {
      room,
      epoch,
      position: count('Every event of the room after this position arrives'),
      recovered: { type: 'boolean', description: 'Whether everything after `since` has been or will be sent' },
      replayed: count('Events sent again'),
      reason: oneOfTexts(
        [...NOT_RECOVERED, 'conflated'],
        'Why something was left out, so that the client refetches: `epoch_changed`: `since` is of another log, ' +
          'or, without a request, the database was set back; ' +
          '`too_old`: more was missed than is sent again; `conflated`: a client that reads slowly got the newest event ' +
          'of each product only',
      ),
    },
    ['reason'],
  ),
  UnsubscriptionConfirmed: ofRoom({ room }),

  InventoryEvent: {
    oneOf: [ref('ProductEvent'), ref('VendorEvent')],
    description: 'A fact that has happened to one product or vendor; `eventType` tells them apart',
  },

  ProductEvent: object<Omit<ProductEvent, 'vendor'>>(
    {
      ...HEAD,
      eventType: oneOfTexts(PRODUCT_EVENT_TYPES),
      productId: id,
      vendorId: id,
      category: slug,
      version: count('Of the product after the change; for a deletion one more than the last state’s', 1),
      changes: changes('Empty for creations and deletions: `product` says it all'),
      product: ref('Product'),
      observation: {
        oneOf: [ref('PriceObservation'), none],
        description: 'The report that the change comes from, if it comes from one',
      },
      ...TAIL,
    },
    [],
    'A change of one product; `product` is the state after it, the last one for a deletion',
  ),

  VendorEvent: object<VendorEvent>(
    {
      ...HEAD,
      eventType: oneOfTexts(VENDOR_EVENT_TYPES),
      productId: none,
      vendorId: id,
      category: none,
      version: count('Of the vendor after the change', 1),
      changes: changes('Empty for a creation: `vendor` says it all'),
      product: none,
      vendor: ref('Vendor'),
      observation: none,
      ...TAIL,
    },
    [],
    'A change of the vendor itself; `vendor` is the state after it. Its own room gets it, and no other',
  ),

  EventCause: object<EventCause>(
    { importId: id, idempotencyKey: text('The `Idempotency-Key` of the request') },
    ['importId', 'idempotencyKey'],
    'What has led to the change, as far as there is anything to find again',
  ),

  PriceObservation: object<PriceObservation>({
    day: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'Market day' },
    min: orNull(price('Lowest price of the day')),
    max: orNull(price('Highest price of the day')),
    modal: price('Most usual price of the day, per `unit` in `currency`'),
    unit: text(),
    currency: text(),
    arrivals: { oneOf: [ref('Arrivals'), none] },
    revision: count('Among the reports of the product and day', 1),
    source: text('Where the report comes from'),
    flags: { type: 'array', items: oneOfTexts(OBSERVATION_FLAGS) },
  }),

  Arrivals: object<Arrivals>({
    quantity: { type: 'number', minimum: 0 },
    unit: text(),
    kg: { type: ['number', 'null'], minimum: 0, description: 'Null if the unit has no known weight' },
  }),

  FieldChange: object<FieldChange>({ field: text('Of the product or vendor'), oldValue: anything, newValue: anything }),

  Product: object<Product>(PRODUCT),

  Vendor: object<Vendor>({
    id,
    name: text(),
    names,
    market: { type: ['string', 'null'] },
    district: { type: ['string', 'null'] },
    state: { type: ['string', 'null'] },
    languages: { type: 'array', items: text('BCP 47'), description: 'Languages the vendor deals in' },
    version: count('Grows by one with every change', 1),
    createdAt: time,
    updatedAt: time,
  }),

  ...SERIES_SCHEMAS,

  Exception: object<ExceptionMessage>({
    status: { const: 'error' },
    code: oneOfTexts(EXCEPTION_CODES, 'Stable; later versions may add codes'),
    message: text('For people; may change'),
  }),
};
