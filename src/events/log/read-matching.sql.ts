import { createHash } from 'node:crypto';
import type { ConsumerFilter } from '../../contracts/index.js';
import type { Statement } from '../../database/index.js';
import type { RecordRow } from '../../sealed-log/index.js';
import { EVENT_COLUMNS } from './event-row.js';
import { isHot } from './moved-events.sql.js';

/** Events that are read at once at most, and about how many bytes of them. */
export const BATCH_EVENTS = 500;
export const BATCH_BYTES = 1_048_576;

/** Positions from `after` on, without it, to `upTo`; of a partition of them, or of all. */
export interface LogPart {
  after: number;
  upTo: number;
  partition?: { index: number; of: number };
}

/** Values of a filter from `$3` on; nulls leave nothing out. */
export function selectionValues({ eventTypes, vendorIds, categories, commodities }: ConsumerFilter): unknown[] {
  return [eventTypes, vendorIds, categories, commodities].map((values) => (values?.length ? values : null));
}

/** The same of a record. */
export function fitsPart(filter: ConsumerFilter, partition: LogPart['partition']): (row: RecordRow) => boolean {
  const has = (wanted: readonly string[] | undefined, value: string | null | undefined): boolean =>
    !wanted?.length || (value !== null && value !== undefined && wanted.includes(value));
  return (row) =>
    has(filter.eventTypes, row.eventType) &&
    has(filter.vendorIds, row.vendorId) &&
    has(filter.categories, row.category) &&
    (!filter.commodities?.length || has(filter.commodities, commodityOf(row))) &&
    (!partition || firstByteOfHash(row) % partition.of === partition.index);
}

const commodityOf = ({ product }: RecordRow): string | null | undefined =>
  product === null ? null : (JSON.parse(product) as { commodity?: string | null }).commodity;

const firstByteOfHash = ({ productId, vendorId }: RecordRow): number =>
  createHash('sha256')
    .update(productId ?? vendorId)
    .digest()[0]!;

/** The filter says the same as `fits` of `contracts/consumer.ts`. */
const FITS = `
  ($3::text[] IS NULL OR event_type = ANY ($3::text[])) AND ($4::text[] IS NULL OR vendor_id = ANY ($4::text[]))
  AND ($5::text[] IS NULL OR category = ANY ($5::text[]))
  AND ($6::text[] IS NULL OR product->>'commodity' = ANY ($6::text[]))`;

/** The first byte of a key's hash; `hashOf` in `consumers/partitions` computes the same. */
const HASH = `get_byte(sha256(convert_to(coalesce(product_id, vendor_id), 'UTF8')), 0)`;

/**
 * `$1` position before the first, `$2` last position, `$3` to `$6` filter, `$7` partition or null, `$8` of how many.
 * The event at `$2` is always among them. Bytes are those of the JSON that an event carries; the event that passes the
 * bound is the last one.
 *
 * With the frame that a window has by default, which looks for rows with the same position, the sum takes four times
 * as long as the rest.
 */
export const READ_MATCHING_EVENTS: Statement = {
  name: 'read-matching-events',
  text: `SELECT ${EVENT_COLUMNS}
         FROM (
           SELECT *, sum(size) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - size AS bytes_before
           FROM (
             SELECT *, octet_length(changes::text)
                       + coalesce(octet_length(product::text), octet_length(vendor::text), 0) AS size
             FROM inventory_events
             WHERE position > $1 AND position <= $2 AND ${isHot('$1')}
               AND (position = $2 OR (${FITS} AND ($7::int IS NULL OR ${HASH} % $8::int = $7::int)))
             ORDER BY position LIMIT ${BATCH_EVENTS}) matching) sized
         WHERE bytes_before < ${BATCH_BYTES} ORDER BY position`,
};

/** `$1` position before the first, `$2` last position, `$3` to `$6` filter, `$7` product or vendor, `$8` limit. */
export const READ_KEY_EVENTS: Statement = {
  name: 'read-events-of-key',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events
         WHERE position > $1 AND position <= $2 AND ${isHot('$1')} AND ${FITS}
           AND (product_id = $7 OR (product_id IS NULL AND vendor_id = $7))
         ORDER BY position LIMIT $8`,
};
