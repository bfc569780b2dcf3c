import { EVENT_TYPES, type FieldChange, type InventoryEvent, type LogCursor } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, id, listOf, object, oneOfTexts, schemaRef, slug, time } from './schema.js';

const nextAfter = count('Pass as `after` to go on');

export const EVENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  InventoryEvent: object<InventoryEvent>(
    {
      eventId: { type: 'string', format: 'uuid', description: 'UUID v7' },
      epoch,
      position: count('Place in the log, contiguous from 1 within an epoch', 1),
      eventType: oneOfTexts(EVENT_TYPES),
      productId: id('The product'),
      vendorId: id('Its vendor'),
      category: slug('The product’s, after the change'),
      version: count('Of the product after the change; for a deletion one more than the last state’s', 1),
      changes: listOf(schemaRef('FieldChange'), {
        description: 'Empty for creations and deletions: `product` says it all',
      }),
      product: schemaRef('Product'),
      correlationId: { type: 'string', description: 'Of the request that caused it' },
      region: { type: 'string', description: 'Where the change was made' },
      occurredAt: time('When it was made'),
    },
    [],
    'A fact that has happened to one product; `product` is the state after it, the last one for a deletion',
  ),

  FieldChange: object<FieldChange>({
    field: { type: 'string', description: 'Of the product' },
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

  ProductHistory: object<{ events: unknown[]; nextAfter: number }>({
    events: listOf(schemaRef('InventoryEvent')),
    nextAfter,
  }),
};
