import {
  AVAILABILITIES,
  EVENT_TYPES,
  type ExceptionMessage,
  type FieldChange,
  type InventoryEvent,
  type LogCursor,
  NOT_RECOVERED,
  type Product,
} from '../../contracts/index.js';
import { UnavailableError, ValidationFailedError } from '../../infra/index.js';
import { ID, MAX_SLUG, SLUG } from '../../validation/index.js';
import { TOO_MANY_CONNECTIONS } from '../limits/connection-limit.js';
import { RequestTooLargeError, TooManyRequestsError } from '../limits/request-limit.js';
import { MAX_SUBSCRIPTIONS } from '../recovery/room-subscriber.js';
import { TooManySubscriptionsError } from '../recovery/subscription-errors.js';
import type { Room, RoomType } from '../rooms.js';
import { SLOW_CONSUMER } from '../slow-clients/slow-clients.js';
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

  InventoryEvent: object<InventoryEvent>({
    eventId: { type: 'string', format: 'uuid', description: 'UUID v7' },
    epoch,
    position: count('Place in the log, contiguous from 1 within an epoch', 1),
    eventType: oneOfTexts(EVENT_TYPES),
    productId: id,
    vendorId: id,
    category: slug,
    version: count('Of the product after the change; for a deletion one more than the last state’s', 1),
    changes: {
      type: 'array',
      items: ref('FieldChange'),
      description: 'Empty for creations and deletions: `product` says it all',
    },
    product: ref('Product'),
    correlationId: text('Of the request that caused it'),
    region: text(),
    occurredAt: time,
  }),

  FieldChange: object<FieldChange>({ field: text('Of the product'), oldValue: anything, newValue: anything }),

  Product: object<Product>({
    id,
    vendorId: id,
    sku: text('The vendor’s own reference, unique per vendor'),
    name: text(),
    names: { type: 'object', additionalProperties: text(), description: 'Translations by BCP 47 language tag' },
    description: { type: ['string', 'null'] },
    category: slug,
    unit: text(),
    basePrice: { type: 'number', minimum: 0, description: 'Per `unit` in `currency`, at most two decimals' },
    currency: text(),
    availability: oneOfTexts(AVAILABILITIES),
    version: count('Grows by one with every change', 1),
    createdAt: time,
    updatedAt: time,
  }),

  Exception: object<ExceptionMessage>({
    status: { const: 'error' },
    code: oneOfTexts(EXCEPTION_CODES, 'Stable; later versions may add codes'),
    message: text('For people; may change'),
  }),
};
