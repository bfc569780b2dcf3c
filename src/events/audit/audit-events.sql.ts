import type { Statement } from '../../database/index.js';
import { RECORD_COLUMNS, type RecordRow } from '../../sealed-log/index.js';
import { AUDITED_COLUMNS } from '../log/event-row.js';
import { isHot } from '../log/moved-events.sql.js';

/**
 * `$3` actor: a kind, an id, or both as `kind:id`; `$4` vendor; `$5` import or idempotency key; `$6`, `$7`: time of the
 * first event, and time before which the last one was. Nulls leave nothing out.
 */
const FITS = `
  ($3::text IS NULL OR $3 IN (actor, split_part(actor, ':', 1), substr(actor, strpos(actor, ':') + 1)))
  AND ($4::text IS NULL OR vendor_id = $4)
  AND ($5::text IS NULL OR $5 IN (cause->>'importId', cause->>'idempotencyKey'))
  AND ($6::timestamptz IS NULL OR occurred_at >= $6) AND ($7::timestamptz IS NULL OR occurred_at < $7)`;

/** The same of a record, with the values from `$3` on, and the first and last time in milliseconds. */
export function fitsAudit({
  actor,
  vendorId,
  cause,
  productId,
  from,
  until,
}: AuditSelection): (row: RecordRow) => boolean {
  return (row) => {
    if (productId !== null && row.productId !== productId) return false;
    if (vendorId !== null && row.vendorId !== vendorId) return false;
    if (actor !== null && (row.actor === null || !namesOf(row.actor).includes(actor))) return false;
    if (cause !== null && !causesOf(row).includes(cause)) return false;
    const at = Date.parse(row.occurredAt);
    return (from === null || at >= from.getTime()) && (until === null || at < until.getTime());
  };
}

/** Nulls leave nothing out. */
export interface AuditSelection {
  actor: string | null;
  vendorId: string | null;
  cause: string | null;
  productId: string | null;
  from: Date | null;
  until: Date | null;
}

function namesOf(actor: string): string[] {
  const colon = actor.indexOf(':');
  return [actor, actor.split(':', 1)[0]!, actor.slice(colon + 1)];
}

function causesOf({ cause }: RecordRow): unknown[] {
  const { importId, idempotencyKey } = JSON.parse(cause ?? '{}') as Record<string, unknown>;
  return [importId, idempotencyKey];
}

/** Which of the events, and as what. */
interface AuditReading {
  /** Of one product, `$8`; else `$8` is the lowest position. */
  ofProduct: boolean;
  /** `RecordRow`s; else `AuditedRow`s. */
  asText: boolean;
}

/**
 * Newest first, none if events behind `$9` have moved. `$1` position before which they lie, `$2` limit, then the
 * filter, `$9` position behind which they lie. There is no index for it, which every
 * append would enter: a slice of the log is searched in milliseconds. `seq` and `position` have the same order within
 * one product.
 */
export const readAudit = ({ ofProduct, asText }: AuditReading): Statement => ({
  name: `read-audit${ofProduct ? '-of-product' : ''}${asText ? '-as-text' : ''}`,
  text: `SELECT ${asText ? RECORD_COLUMNS : AUDITED_COLUMNS} FROM inventory_events
         WHERE ${ofProduct ? 'product_id = $8' : 'position >= $8'} AND position < $1 AND position > $9
           AND ${isHot('$9')} AND ${FITS}
         ORDER BY ${ofProduct ? 'seq' : 'position'} DESC LIMIT $2`,
});

/**
 * `$1`, `$2`: first and last time, or day in the zone `$3`, or null. Both are part of what is asked for: `until` is the
 * day, or the millisecond, after the last one.
 */
export const READ_BOUNDS: Statement = {
  name: 'read-audit-bounds',
  text: `SELECT CASE WHEN length($1::text) = 10 THEN ($1::date)::timestamp AT TIME ZONE $3::text
                     ELSE $1::timestamptz END AS "from",
                CASE WHEN length($2::text) = 10 THEN ($2::date + 1)::timestamp AT TIME ZONE $3::text
                     ELSE $2::timestamptz + interval '1 millisecond' END AS until`,
};

/**
 * The newest slice below the position `$1` that may have events of a vendor (`$2`: `keyHashes`, or null) between the
 * times `$3` and `$4`, or null: what isn't sealed yet, else a segment. No row if there is none.
 *
 * Of a filter only the bytes that have its bits are read.
 */
export const NEXT_SLICE: Statement = {
  name: 'next-slice-of-audit',
  text: `
    SELECT last::float8, first::float8 FROM (
      SELECT $1::bigint - 1 AS last, sealed.last + 1 AS first
      FROM (SELECT coalesce(max(last), 0) AS last FROM log_segments) sealed WHERE sealed.last < $1::bigint - 1
      UNION ALL
      (SELECT least(last, $1::bigint - 1), first FROM log_segments
       WHERE first < $1::bigint AND ($3::timestamptz IS NULL OR until_time >= $3)
         AND ($4::timestamptz IS NULL OR from_time < $4)
         AND ($2::bigint[] IS NULL OR NOT EXISTS (
           SELECT FROM unnest($2::bigint[]) AS hash
           WHERE get_bit(substring(keys FROM (hash % (octet_length(keys) * 8) / 8)::integer + 1 FOR 1),
                         (hash % 8)::integer) = 0))
       ORDER BY first DESC LIMIT 1)
    ) slices ORDER BY first DESC LIMIT 1`,
};
