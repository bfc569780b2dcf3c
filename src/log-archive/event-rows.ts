import type pg from 'pg';
import type { RecordRow } from '../sealed-log/index.js';

const COLUMNS: Readonly<Record<keyof RecordRow, [column: string, type: string]>> = {
  position: ['position', 'bigint'],
  seq: ['seq', 'bigint'],
  eventId: ['event_id', 'uuid'],
  eventType: ['event_type', 'text'],
  productId: ['product_id', 'text'],
  vendorId: ['vendor_id', 'text'],
  category: ['category', 'text'],
  version: ['version', 'integer'],
  changes: ['changes', 'json'],
  product: ['product', 'json'],
  vendor: ['vendor', 'json'],
  actor: ['actor', 'text'],
  cause: ['cause', 'json'],
  observation: ['observation', 'json'],
  correlationId: ['correlation_id', 'text'],
  region: ['region', 'text'],
  occurredAt: ['occurred_at', 'timestamptz'],
};
const FIELDS = Object.keys(COLUMNS) as (keyof RecordRow)[];

/** Inserts events as they are. @param table of the columns that `inventory_events` has */
export async function insertEvents(
  client: pg.Client,
  rows: readonly RecordRow[],
  table = 'inventory_events',
): Promise<void> {
  await client.query({
    name: `insert-records-into-${table}`,
    text: `
      INSERT INTO ${table} (${FIELDS.map((field) => COLUMNS[field][0]).join(', ')})
      SELECT * FROM unnest(${FIELDS.map((field, index) => `$${index + 1}::${COLUMNS[field][1]}[]`).join(', ')})`,
    values: FIELDS.map((field) => rows.map((row) => row[field])),
  });
}
