import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { RecordReader } from '../../src/events/seals/record-reader.js';
import { PRODUCT_JSON } from '../../src/inventory/products/stored-product.sql.js';
import {
  notesHash,
  recordLine,
  type RecordRow,
  type SealedEvent,
  type Segment,
  SegmentNotes,
  sealSegment,
} from '../../src/sealed-log/index.js';
import { centsOf, type Past, productOf } from './long-log.js';

const POSITIONS = 10_000;
const BATCH = 100;

const PRODUCTS = `SELECT p.id, p.vendor_id AS "vendorId", p.category, (${PRODUCT_JSON})::text AS json
                  FROM products p ORDER BY p.id`;
/** A product's JSON around its price, comparable price, version and time. */
const PARTS =
  /^(.*"basePrice":)[\d.]+(.*"comparablePrice":\{"amount":)[\d.]+(.*"version":)\d+(.*"updatedAt":")[^"]+(".*)$/;

const KEEP = `
  INSERT INTO log_segments (first, last, epoch, previous, hash, size, packed, packed_hash, keys, from_time, until_time,
                            times, digests, notes_hash)
  VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, sha256($7), $8, $9, $10, $11, $12, $13)`;

const KEEP_RANGES = `
  INSERT INTO moved_events (first_seq, last_seq, first_position)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`;

interface Product {
  id: string;
  vendorId: string;
  category: string;
  parts: string[];
}

/**
 * Writes the segments of a long past as a server would have, and has all up to a position be read from them; rows of
 * that part leave the table. Events that the table lacks are made here, as `seedChanges` would have them.
 *
 * @param inTable last position of which the table has events
 * @param upTo last position of a segment
 */
export async function sealPast(client: pg.Client, past: Past, inTable: number, upTo: number): Promise<void> {
  const products = (await client.query<Omit<Product, 'parts'> & { json: string }>(PRODUCTS)).rows.map(
    ({ json, ...product }): Product => ({ ...product, parts: PARTS.exec(json)!.slice(1) }),
  );
  const { rows } = await client.query<{ epoch: string }>('SELECT epoch FROM event_log');
  const { epoch } = rows[0]!;
  const reader = new RecordReader({
    query: async <Row extends pg.QueryResultRow>(statement: { name: string; text: string }, values: unknown[] = []) =>
      (await client.query<Row>({ ...statement, values })).rows,
  });
  // What the server has sealed meanwhile is in segments of the same positions.
  await client.query('TRUNCATE log_segments, log_tail');
  let previous: string | null = null;
  for (let first = 1; first <= upTo; first += POSITIONS) {
    const last = first + POSITIONS - 1;
    const notes = new SegmentNotes(POSITIONS);
    async function* batches(): AsyncGenerator<SealedEvent[]> {
      for (let next = first; next <= last;) {
        const events: SealedEvent[] =
          next <= inTable ? await reader.read(next, Math.min(last, inTable)) : made(next, last, past, products);
        for (const { row, line } of events) notes.add(row as RecordRow, line);
        next += events.length;
        yield events;
      }
    }
    const segment: Segment = await sealSegment({ epoch, first, previous }, batches());
    const { hash, size, packed, keys, from, until } = segment;
    const values = [first, last, epoch, previous, hash, size, packed, keys, from, until];
    await client.query(KEEP, [...values, notes.times, notes.digests, notesHash(segment, notes)]);
    await client.query(KEEP_RANGES, [notes.firstSeqs, notes.lastSeqs, notes.firstPositions]);
    previous = hash;
  }
  await client.query('UPDATE event_log SET moved_up_to = $1', [upTo]);
  await client.query('DELETE FROM inventory_events WHERE position <= $1 AND product_id IS NOT NULL', [upTo]);
}

/** Events from a position on. */
function made(first: number, last: number, past: Past, products: readonly Product[]): SealedEvent[] {
  const events: SealedEvent[] = [];
  for (let position = first; position <= last && events.length < BATCH; position += 1) {
    const row = rowOf(position, past, products);
    events.push({ row, line: recordLine(row) });
  }
  return events;
}

function rowOf(position: number, { since, vendors }: Past, products: readonly Product[]): RecordRow {
  const n = position - vendors;
  const { id, vendorId, category, parts } = products[productOf(n, products.length) - 1]!;
  const [cents, before] = [centsOf(n), centsOf(n - products.length)];
  const version = 1 + Math.floor((n - 1) / products.length);
  const occurredAt = new Date(since.getTime() + n * 1_000).toISOString();
  const [start, comparable, versioned, updated, end] = parts as [string, string, string, string, string];
  return {
    position: String(position),
    seq: String(position),
    eventId: randomUUID(),
    eventType: 'price_changed',
    productId: id,
    vendorId,
    category,
    version,
    changes: `[{"field" : "basePrice", "oldValue" : ${before / 100}, "newValue" : ${cents / 100}}]`,
    product: `${start}${cents / 100}${comparable}${cents / 10_000}${versioned}${version}${updated}${occurredAt}${end}`,
    vendor: null,
    actor: `vendor:${vendorId}`,
    cause: null,
    observation: null,
    correlationId: randomUUID(),
    region: 'local',
    occurredAt,
  };
}
