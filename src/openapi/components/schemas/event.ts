import {
  ACTOR_KINDS,
  type Arrivals,
  type EventActor,
  type EventCause,
  type FieldChange,
  type LogCursor,
  OBSERVATION_FLAGS,
  type MarketPrice,
  type MarketPricesPage,
  type Moment,
  type Page,
  type PriceObservation,
  type PriceRecordedEvent,
  PRODUCT_EVENT_TYPES,
  type ProductEvent,
  VENDOR_EVENT_TYPES,
  type VendorEvent,
} from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import {
  count,
  epoch,
  id,
  listOf,
  MOMENT,
  nullable,
  object,
  oneOfTexts,
  price,
  schemaRef,
  slug,
  time,
} from './schema.js';

const SHA256 = '^[0-9a-f]{64}$';

const nextAfter = count('Pass as `after` to go on');

type WithActor<Event> = Omit<Event, 'vendor'> & { actor?: EventActor | null };

const OBSERVATION = {
  day: { type: 'string', format: 'date', description: 'Market day' },
  min: nullable(price('Lowest price of the day')),
  max: nullable(price('Highest price of the day')),
  modal: price('Most usual price of the day, per `unit` in `currency`'),
  unit: { type: 'string' },
  currency: { type: 'string' },
  arrivals: { oneOf: [schemaRef('Arrivals'), { type: 'null' }] },
  revision: count('Among the reports of the product and day', 1),
  source: { type: 'string', description: 'Where the report comes from' },
  flags: listOf(
    oneOfTexts(
      OBSERVATION_FLAGS,
      '`contradictory`: the range did not hold the modal price and was left out; `suspicious`: five times the price ' +
        'reported last within 30 days, or a fifth; `rounded`: to two decimals',
    ),
  ),
} satisfies Record<string, Schema>;

/** What all kinds of events have in common, in the order in which they are sent. */
const HEAD = {
  eventId: { type: 'string', format: 'uuid', description: 'UUID v7' },
  epoch,
  position: count('Place in the log, contiguous from 1 within an epoch', 1),
} satisfies Record<string, Schema>;

const TAIL = {
  correlationId: { type: 'string', description: 'Of the request that caused it' },
  cause: schemaRef('EventCause'),
  region: { type: 'string', description: 'Where the change was made' },
  occurredAt: time('When it was made'),
  actor: {
    oneOf: [schemaRef('EventActor'), { type: 'null' }],
    description: 'Whose change it is, for admins only; null in events of versions that did not keep it',
  },
} satisfies Record<string, Schema>;

const changes = (description: string): Schema => listOf(schemaRef('FieldChange'), { description });
const none: Schema = { type: 'null' };

export const EVENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  InventoryEvent: {
    oneOf: [schemaRef('ProductEvent'), schemaRef('PriceRecordedEvent'), schemaRef('VendorEvent')],
    description: 'A fact that has happened to one product or vendor; `eventType` tells them apart',
  },

  ProductEvent: object<WithActor<ProductEvent>>(
    {
      ...HEAD,
      eventType: oneOfTexts(PRODUCT_EVENT_TYPES),
      productId: id('The product'),
      vendorId: id('Its vendor'),
      category: slug('The product’s, after the change'),
      version: count('Of the product after the change; for a deletion one more than the last state’s', 1),
      changes: changes('Empty for creations and deletions: `product` says it all'),
      product: schemaRef('Product'),
      observation: {
        oneOf: [schemaRef('PriceObservation'), { type: 'null' }],
        description: 'The report that the change comes from, if it comes from one',
      },
      ...TAIL,
    },
    ['actor'],
    'A change of one product; `product` is the state after it, the last one for a deletion',
  ),

  PriceRecordedEvent: object<WithActor<PriceRecordedEvent>>(
    {
      ...HEAD,
      eventType: oneOfTexts(['price_recorded']),
      productId: id('The product'),
      vendorId: id('Its vendor'),
      category: slug('The product’s'),
      version: count('Of the product after the report', 1),
      changes: changes('What the report changes of the product beside its price; empty for an older day'),
      product: none,
      observation: schemaRef('PriceObservation'),
      ...TAIL,
    },
    ['actor'],
    'A report that leaves the price as it is: of an older day, or of the same price on another one. No room gets it',
  ),

  VendorEvent: object<WithActor<VendorEvent> & Pick<VendorEvent, 'vendor'>>(
    {
      ...HEAD,
      eventType: oneOfTexts(VENDOR_EVENT_TYPES),
      productId: none,
      vendorId: id('The vendor'),
      category: none,
      version: count('Of the vendor after the change', 1),
      changes: changes('Empty for a creation: `vendor` says it all'),
      product: none,
      vendor: schemaRef('Vendor'),
      observation: none,
      ...TAIL,
    },
    ['actor'],
    'A change of the vendor itself; `vendor` is the state after it. Its own room gets it, and no other',
  ),

  EventActor: object<EventActor>({
    kind: oneOfTexts(ACTOR_KINDS, '`library`: code in the server’s process'),
    id: { type: 'string', description: 'Of a vendor, an admin and an import: the subject of the token' },
  }),

  EventCause: object<EventCause>(
    {
      importId: id('The import’s, as its summary has it'),
      idempotencyKey: { type: 'string', description: 'The `Idempotency-Key` of the request' },
    },
    ['importId', 'idempotencyKey'],
  ),

  PriceObservation: object<PriceObservation>(OBSERVATION),

  MarketPrice: object<MarketPrice>({
    ...OBSERVATION,
    recordedAt: time('When the report became known'),
    position: count('Of the event that the report came with', 1),
  }),

  MarketPricesPage: object<MarketPricesPage & Partial<Moment>>(
    {
      items: listOf(schemaRef('MarketPrice')),
      nextCursor: { type: ['string', 'null'], description: 'Pass as `cursor` for older days; null on the last page' },
      ...MOMENT,
    },
    ['position', 'knownAt'],
  ),

  Arrivals: object<Arrivals>({
    quantity: { type: 'number', minimum: 0 },
    unit: { type: 'string' },
    kg: { type: ['number', 'null'], minimum: 0, description: 'Null if the unit has no known weight' },
  }),

  FieldChange: object<FieldChange>({
    field: { type: 'string', description: 'Of the product or vendor' },
    oldValue: { description: 'Before' },
    newValue: { description: 'After' },
  }),

  LogCursor: object<LogCursor>({ epoch, position: count('Everything up to and including this has been seen') }),

  EventsPage: object<{ epoch: string; events: unknown[]; nextAfter: number; lastPosition: number }>({
    epoch,
    events: listOf(schemaRef('InventoryEvent')),
    nextAfter,
    lastPosition: count('Newest position in the log when it was read'),
  }),

  Seals: object<{ seals: unknown[]; head: string | null }>({
    seals: listOf(schemaRef('Seal')),
    head: {
      type: ['string', 'null'],
      pattern: SHA256,
      description: 'Hash of the newest seal of all, which stands for the log up to its last position; null without any',
    },
  }),

  Seal: object<Record<string, unknown>>({
    first: count('First position', 1),
    last: count('Last position', 1),
    epoch: { ...epoch, description: 'Of the log when it was sealed' },
    hash: { type: 'string', pattern: SHA256, description: 'SHA-256 of the events and of `previous`' },
    previous: { type: ['string', 'null'], pattern: SHA256, description: 'Hash of the seal before; null for the first' },
    bytes: count('What the segment takes', 1),
  }),

  AuditPage: object<Page<unknown>>({
    items: listOf(schemaRef('InventoryEvent')),
    nextCursor: { type: ['string', 'null'], description: 'Pass as `cursor` for older events; null on the last page' },
    epoch,
    position: count('Newest position in the log when it was read'),
  }),

  ProductHistory: object<{ events: unknown[]; nextAfter: number }>({
    events: listOf(schemaRef('InventoryEvent')),
    nextAfter,
  }),
};
