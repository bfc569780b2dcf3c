import pg from 'pg';
import type { ConsumerFilter } from '../../contracts/index.js';
import { type Statement, textArray } from '../../database/index.js';
import type { RecordRow } from '../../sealed-log/index.js';
import { EVENT_COLUMNS } from './event-row.js';
import { MATCHING_COLUMNS, partitionOfKey } from './matching-events.js';
import { isHot } from './moved-events.sql.js';

/** Events that are handled at once at most, and about how many bytes of them. */
export const BATCH_EVENTS = 500;
export const BATCH_BYTES = 1_048_576;

/** Positions from `after` on, without it, to `upTo`. */
export interface LogPart {
  after: number;
  upTo: number;
}

/** Of a page for several partitions: nearly all have no more of it than they handle at once, and none gets a rest. */
const PAGE_SHARE = 0.9;

/** Events of a page for some partitions at most. */
export const pageEvents = ({ indexes }: Partitions): number =>
  Math.ceil(BATCH_EVENTS * indexes.length * (indexes.length > 1 ? PAGE_SHARE : 1));

/** Some of the partitions that a consumer has. */
export interface Partitions {
  indexes: readonly number[];
  of: number;
}

/** Values of a filter from `$3` on; nulls leave nothing out. */
export function selectionValues({ eventTypes, vendorIds, categories, commodities }: ConsumerFilter): unknown[] {
  return [eventTypes, vendorIds, categories, commodities].map((values) => (values?.length ? values : null));
}

/** The same of a record. */
export function fitsPart(filter: ConsumerFilter, partitions?: Partitions): (row: RecordRow) => boolean {
  const has = (wanted: readonly string[] | undefined, value: string | null | undefined): boolean =>
    !wanted?.length || (value !== null && value !== undefined && wanted.includes(value));
  return (row) =>
    has(filter.eventTypes, row.eventType) &&
    has(filter.vendorIds, row.vendorId) &&
    has(filter.categories, row.category) &&
    (!filter.commodities?.length || has(filter.commodities, commodityOf(row))) &&
    (!partitions || partitions.indexes.includes(partitionOf(row, partitions)));
}

const commodityOf = ({ product }: RecordRow): string | null | undefined =>
  product === null ? null : (JSON.parse(product) as { commodity?: string | null }).commodity;

export const partitionOf = ({ productId, vendorId }: RecordRow, { of }: Partitions): number =>
  partitionOfKey(productId ?? vendorId, of);

/** The filter says the same as `fits` of `contracts/consumer.ts`. */
const FITS = `
  ($3::text[] IS NULL OR event_type = ANY ($3::text[])) AND ($4::text[] IS NULL OR vendor_id = ANY ($4::text[]))
  AND ($5::text[] IS NULL OR category = ANY ($5::text[]))
  AND ($6::text[] IS NULL OR product->>'commodity' = ANY ($6::text[]))`;

/** The first byte of a key's hash, as `hashOfKey` computes it. */
const HASH = `get_byte(sha256(convert_to(coalesce(product_id, vendor_id), 'UTF8')), 0)`;

/**
 * Bytes are those of the JSON that an event carries; the event that passes the bound is the last one. Where it lies is
 * found first, and the events are read again: whole rows that go through the sum took longer than all the rest.
 *
 * With the frame that a window has by default, which looks for rows with the same position, the sum takes four times
 * as long as the rest.
 *
 * @param bytesOf SQL of the bytes of a column
 */
const bounded = (
  columns: string,
  where: string,
  bytesOf: (column: string) => string,
  limit = BATCH_EVENTS,
  bytes = BATCH_BYTES,
): string => `
  SELECT ${columns} FROM inventory_events
  WHERE ${where} AND position <= (
    SELECT max(position)
    FROM (
      SELECT position, sum(size) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - size AS bytes_before
      FROM (
        SELECT position, ${bytesOf('changes')} + coalesce(${bytesOf('product')}, ${bytesOf('vendor')}, 0) AS size
        FROM inventory_events WHERE ${where} ORDER BY position LIMIT ${limit}) matching) sized
    WHERE bytes_before < ${bytes})
  ORDER BY position`;

const bytesOf = (column: string): string => `octet_length(${column}::text)`;
/** As it lies in the table, where long ones are compressed: batches are cut exactly when they are made of a page. */
const bytesStored = (column: string): string => `pg_column_size(${column})`;

/** `$1` position before the first, `$2` last position, `$3` to `$6` filter. The event at `$2` is always among them. */
export const READ_MATCHING_EVENTS: Statement = {
  name: 'read-matching-events',
  text: bounded(
    EVENT_COLUMNS,
    `position > $1 AND position <= $2 AND ${isHot('$1')} AND (position = $2 OR (${FITS}))`,
    bytesOf,
  ),
};

/**
 * The same for `SqlClient.copy`, which has no parameters, of some partitions of a consumer: a batch for each of them.
 * Read for one partition at a time, most of the time would go into looking at the events of the others.
 */
export function readMatchingSql({ after, upTo }: LogPart, filter: ConsumerFilter, { indexes, of }: Partitions): string {
  const { eventTypes, vendorIds, categories, commodities } = filter;
  const given = [
    ['event_type', eventTypes],
    ['vendor_id', vendorIds],
    ['category', categories],
    [`product->>'commodity'`, commodities],
  ] as const;
  const fits = given
    .filter(([, values]) => values?.length)
    .map(([column, values]) => `${column} = ANY (${pg.escapeLiteral(textArray(values!))})`);
  if (indexes.length < of) fits.push(`${HASH} % ${of} IN (${indexes.join()})`);
  const wanted = fits.length > 0 ? `AND (position = ${upTo} OR (${fits.join(' AND ')}))` : '';
  const where = `position > ${after} AND position <= ${upTo} AND ${isHot(String(after))} ${wanted}`;
  return bounded(MATCHING_COLUMNS, where, bytesStored, pageEvents({ indexes, of }), BATCH_BYTES * indexes.length);
}

/** `$1` position before the first, `$2` last position, `$3` to `$6` filter, `$7` product or vendor, `$8` limit. */
export const READ_KEY_EVENTS: Statement = {
  name: 'read-events-of-key',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events
         WHERE position > $1 AND position <= $2 AND ${isHot('$1')} AND ${FITS}
           AND (product_id = $7 OR (product_id IS NULL AND vendor_id = $7))
         ORDER BY position LIMIT $8`,
};
