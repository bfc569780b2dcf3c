import {
  type AliasCandidates,
  EVENT_TYPES,
  type ImportSummary,
  PRICE_FILE_LAYOUTS,
  ROOM_TYPES,
  SCOPE_KINDS,
} from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, id, listOf, object, oneOfTexts, schemaRef } from './schema.js';

const counts = (keys: readonly string[], description: (key: string) => string): Schema =>
  object<Record<string, number>>(Object.fromEntries(keys.map((key) => [key, count(description(key))])));

const LEASE = object<{ held: boolean; remainingMs: number }>({
  held: { type: 'boolean', description: 'Without it all reads bypass the cache' },
  remainingMs: count('Milliseconds'),
});

export const IMPORT_SUMMARY: Record<keyof ImportSummary, Schema> = {
  importId: id('On the events that the import has caused, in `cause`'),
  layout: { ...oneOfTexts(PRICE_FILE_LAYOUTS), description: 'What the file was recognised as: docs/price-files.md' },
  rows: count('Data rows in the file'),
  vendorsCreated: count('New markets'),
  created: count('New products'),
  priceChanged: count('Reports that gave a product another price: of a newer day, or of its day once more'),
  recorded: count('Reports of days before the day of the product’s price'),
  revised: count('Other reports of a day that had one, beside which the product’s price stayed as it was'),
  unchanged: count('Reports that came again, or of a newer day with the same price'),
  rounded: count('Rows taken with a price that had more than two decimals: rounded half to even'),
  contradictory: count('Rows taken without minimum and maximum: both were 0, or the modal price lay outside them'),
  suspicious: count('Rows taken with five times the price reported last within 30 days, or a fifth'),
  rejected: count('Rows that could not be used'),
  rejections: listOf(
    object<{ line: number; reason: string }>({
      line: count('Where the row begins; the header is line 1', 1),
      reason: { type: 'string', description: 'For people' },
    }),
    { maxItems: 100, description: 'The first hundred' },
  ),
  aliasCandidates: listOf(schemaRef('AliasCandidates'), {
    maxItems: 100,
    description:
      'New markets with the name of a market in another district of the state: the first hundred. An alias makes ' +
      'them one for later imports',
  }),
};

export const OPERATION_SCHEMAS: Readonly<Record<string, Schema>> = {
  ImportSummary: object<ImportSummary>(IMPORT_SUMMARY),

  AliasCandidates: object<AliasCandidates>({
    state: { type: 'string', description: 'As the file spells it' },
    district: { type: 'string', description: 'As the file spells it' },
    market: { type: 'string', description: 'As the file spells it' },
    candidates: listOf(
      object<AliasCandidates['candidates'][number]>({
        vendorId: id('A vendor that imports have made'),
        district: { type: ['string', 'null'], description: 'Of the vendor' },
        market: { type: ['string', 'null'], description: 'Of the vendor' },
      }),
      { minItems: 1, maxItems: 10, description: 'Markets of the same name' },
    ),
  }),

  EventStats: object<Record<string, unknown>>({
    epoch,
    lastPosition: count('Newest position in the log'),
    deliveredPosition: count('Newest position delivered to this instance'),
    backlog: count('Committed events that wait for a position'),
    leader: { type: 'boolean', description: 'Whether this instance runs the relay' },
    busConnected: { type: 'boolean', description: 'If not, the log is followed by polling' },
    delivered: object<Record<string, unknown>>({
      total: count('Events delivered to this instance since its start'),
      byType: counts(EVENT_TYPES, (type) => `Of them ${type}`),
    }),
    subscribers: listOf(schemaRef('SubscriberStats'), { description: 'In this process' }),
  }),

  SubscriberStats: object<Record<string, unknown>>({
    subscriberId: { type: 'string', description: 'As it called itself' },
    eventTypes: listOf(oneOfTexts(EVENT_TYPES), { description: 'Empty: all' }),
    delivered: count('Events handled'),
    failed: count('Events whose handling failed'),
    queued: count('Events that wait in memory'),
    lag: count('Positions between the newest event and the last one handled'),
  }),

  CacheStats: object<Record<string, unknown>>({
    entries: { type: ['integer', 'null'], minimum: 0, description: 'Of all instances; null while out of reach' },
    evictions: { type: ['integer', 'null'], minimum: 0, description: 'Of all instances; null while out of reach' },
    lease: { oneOf: [LEASE, { type: 'null' }], description: 'Bounds staleness; null while out of reach' },
    hits: count('Reads of this instance served from the cache'),
    misses: count('Reads of this instance that filled it'),
    bypasses: count('Reads of this instance past it'),
    hitRatio: { type: ['number', 'null'], minimum: 0, maximum: 1, description: 'Null before the first read' },
    invalidations: counts(SCOPE_KINDS, (kind) => `Scopes invalidated, of the kind ${kind}`),
    stale: count('Pages the freshness probe found out of date; must be 0'),
  }),

  RealtimeStats: object<Record<string, unknown>>({
    connections: count('Sockets of this instance'),
    subscriptions: counts([...ROOM_TYPES, 'total'], (type) => `Subscriptions, ${type}`),
    cursor: schemaRef('LogCursor'),
  }),

  Health: object<{ status: string; parts: unknown; uptimeSeconds?: number }>(
    {
      status: oneOfTexts(['ok', 'degraded', 'unavailable'], 'Of the whole: that of the worst part'),
      parts: {
        type: 'object',
        description:
          'By name: `database`, `bus`, `cache`, `log` if PostgreSQL was set back of late, `consumers` if any fail or are ' +
          'far behind, `instance` on the way out',
        additionalProperties: schemaRef('HealthPart'),
      },
      uptimeSeconds: count('Since the start of the process; on `/health` only'),
    },
    ['uptimeSeconds'],
  ),

  HealthPart: object<{ status: string; detail?: string }>(
    {
      status: oneOfTexts(['up', 'degraded', 'down'], '`degraded`: the product can do without it for a while'),
      detail: { type: 'string', description: 'For people' },
    },
    ['detail'],
  ),

  Live: object<{ status: string }>({ status: { const: 'ok' } }),
};
