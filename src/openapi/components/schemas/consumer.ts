import {
  CONSUMER_KINDS,
  type ConsumerFilter,
  type ConsumerState,
  EVENT_TYPES,
  FAILURE_MODES,
  type LeasedEvents,
  type ParkedEvent,
} from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, id, listOf, object, oneOfTexts, schemaRef, slug, textOrBlank, time } from './schema.js';

const uuid = (description: string): Schema => ({ type: 'string', format: 'uuid', description });
const name = id('Of the consumer');
const filter: Schema = schemaRef('ConsumerFilter');
const onFailure = oneOfTexts(
  FAILURE_MODES,
  '`block`: later events of the same product (or vendor) wait behind one that fails; `skip`: they go on',
);
const owner: Schema = {
  type: ['string', 'null'],
  description: 'The instances that own its partitions, or the subject of the token that holds the lease',
};
const most = { maxItems: 100 };
/** At the end of what the log can number. */
const position = (description: string): Schema => ({
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
});

const START: Schema = {
  description: 'Behind a position; with what occurred at or after a time; or at an end of the log',
  oneOf: [
    { type: 'string', enum: ['now', 'beginning'] },
    object<{ position: number }>({ position: position('Of the last event that is not wanted') }),
    object<{ time: string }>({ time: time('Of the first event that is wanted, or before it') }),
  ],
};

export const CONSUMER_SCHEMAS: Readonly<Record<string, Schema>> = {
  ConsumerFilter: object<ConsumerFilter>(
    {
      eventTypes: listOf(oneOfTexts(EVENT_TYPES), most),
      vendorIds: listOf(id('A vendor'), most),
      categories: listOf(slug('Of the event, as `GET /events` has it'), most),
      commodities: listOf(slug('Of the product in the event; events without one don’t fit'), most),
    },
    ['eventTypes', 'vendorIds', 'categories', 'commodities'],
    'Which events are wanted: those that fit all parts that are given and not empty',
  ),

  ConsumerStart: START,

  CreateConsumer: {
    ...object<{ name: string; filter?: unknown; from?: unknown; onFailure?: string; maxAttempts?: number }>(
      {
        name,
        filter,
        from: schemaRef('ConsumerStart'),
        onFailure: { ...onFailure, default: 'block' },
        maxAttempts: { ...count('Attempts before an event is parked', 1), maximum: 1_000, default: 10 },
      },
      ['filter', 'from', 'onFailure', 'maxAttempts'],
    ),
  },

  UpdateConsumer: object<{ paused: boolean }>({
    paused: { type: 'boolean', description: 'Nothing is handled while it is; a lease ends with it' },
  }),

  Consumer: object<ConsumerState>({
    name,
    kind: oneOfTexts(CONSUMER_KINDS, '`in-process`: code in the server; `projection`: what fills the tables of one'),
    filter,
    onFailure,
    maxAttempts: count('Attempts before an event is parked', 1),
    paused: { type: 'boolean' },
    position: count('Everything up to here is handled, failing, parked, or none of the filter’s'),
    lag: count('Positions of the log behind it'),
    lagSeconds: { type: 'number', minimum: 0, description: 'Age of the first event behind it' },
    owner,
    failing: count('Events that wait for another attempt'),
    failingSince: { type: ['string', 'null'], format: 'date-time', description: 'Of the oldest of them' },
    parked: count('Events that have had all their attempts'),
    partitions: listOf(schemaRef('ConsumerPartition'), { description: 'One of an HTTP consumer' }),
    createdAt: time('When it became known'),
  }),

  ConsumerPartition: object<ConsumerState['partitions'][number]>({
    partition: count('From 0 on'),
    position: count('Its checkpoint'),
    owner,
  }),

  Consumers: object<{ consumers: unknown[] }>({ consumers: listOf(schemaRef('Consumer')) }),

  LeasedEvents: object<LeasedEvents>({
    lease: {
      type: ['string', 'null'],
      format: 'uuid',
      description: 'To acknowledge with; null: there is nothing, another client holds the lease, or it is paused',
    },
    events: listOf(schemaRef('InventoryEvent'), { maxItems: 1_000 }),
    position: count('To acknowledge this acknowledges all of `events`'),
    onFailure,
  }),

  Acknowledgement: {
    ...object<{ lease: string; position?: number; failed?: unknown }>(
      {
        lease: uuid('As it was given'),
        position: position('All events of the lease up to here are done'),
        failed: schemaRef('FailedEvent'),
      },
      ['position', 'failed'],
    ),
  },

  FailedEvent: object<{ eventId: string; error: string }>({
    eventId: uuid('An event of the lease'),
    error: textOrBlank(1_000, 'For people'),
  }),

  ParkedEvent: object<ParkedEvent>({
    eventId: uuid('The event'),
    position: count('Its position', 1),
    key: id('Its product, or its vendor if it is of none'),
    attempts: count('How often it was tried'),
    error: { type: 'string', description: 'Of the last attempt' },
    firstFailedAt: time('When the first attempt failed'),
    parkedAt: time('When the last one did'),
  }),

  ParkedEvents: object<{ events: unknown[] }>({ events: listOf(schemaRef('ParkedEvent'), { maxItems: 1_000 }) }),
};
