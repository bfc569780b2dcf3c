import { EVENT_TYPES, ROOM_TYPES, SCOPE_KINDS } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, listOf, object, oneOfTexts, schemaRef } from './schema.js';

const counts = (keys: readonly string[], description: (key: string) => string): Schema =>
  object<Record<string, number>>(Object.fromEntries(keys.map((key) => [key, count(description(key))])));

const LEASE = object<{ held: boolean; remainingMs: number }>({
  held: { type: 'boolean', description: 'Without it all reads bypass the cache' },
  remainingMs: count('Milliseconds'),
});

export const OPERATION_SCHEMAS: Readonly<Record<string, Schema>> = {
  ImportSummary: object<Record<string, unknown>>({
    rows: count('Data rows in the file'),
    vendorsCreated: count('New markets'),
    created: count('New products'),
    priceChanged: count('Products whose price has changed'),
    unchanged: count('Rows that changed nothing'),
    rejected: count('Rows that could not be used'),
    rejections: listOf(
      object<{ line: number; reason: string }>({
        line: count('Where the row begins; the header is line 1', 1),
        reason: { type: 'string', description: 'For people' },
      }),
      { maxItems: 100, description: 'The first hundred' },
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
        description: 'By name: `database`, `bus`, `cache`, and `instance` on the way out',
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
