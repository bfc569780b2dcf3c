import type { Statement } from '../../database/index.js';
import { RECORD_COLUMNS } from '../../sealed-log/index.js';

/** Events that are read at once at most, and about how many bytes of them: little enough to be garbage soon. */
const BATCH_EVENTS = 100;
const BATCH_BYTES = 262_144;

/**
 * SQL of whether vendors still have the salts that were read: names that are removed take a new one. What was read of
 * an event with the old one is not to be kept.
 */
export const areSalts = (vendors: string, salts: string): string => `
  NOT EXISTS (
    SELECT FROM unnest(${vendors}::text[], ${salts}::bytea[]) AS read (vendor, salt)
    LEFT JOIN vendor_salts s ON s.vendor_id = read.vendor WHERE s.salt IS DISTINCT FROM read.salt)`;

/** Where the log ends, and the newest segment; `last` is 0 and `hash` null without any. */
export const READ_ENDS: Statement = {
  name: 'read-ends-of-log-and-segments',
  text: `
    SELECT (SELECT coalesce(max(position), 0) FROM inventory_events) AS head, epoch,
           coalesce(newest.last, 0) AS last, encode(newest.hash, 'hex') AS hash
    FROM event_log LEFT JOIN (SELECT last, hash FROM log_segments ORDER BY first DESC LIMIT 1) newest ON true`,
};

/**
 * Records of events behind the position `$1`, in order, to `$2`; fewer if they are large. Each of a vendor with the
 * salt that there was with these names: a later one is made when they are removed, and then must not digest them.
 */
export const READ_RECORDS: Statement = {
  name: 'read-records',
  text: `
    SELECT ${RECORD_COLUMNS}, salted.*
    FROM (
      SELECT *, sum(bytes) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - bytes AS bytes_before
      FROM (
        SELECT *, octet_length(changes::text)
                  + coalesce(octet_length(product::text), octet_length(vendor::text), 0) AS bytes
        FROM inventory_events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT ${BATCH_EVENTS}
      ) next
    ) sized
    LEFT JOIN LATERAL (
      SELECT s.salt, s.removed_up_to::float8 AS "removedUpTo" FROM vendor_salts s
      WHERE s.vendor_id = sized.vendor_id AND sized.vendor IS NOT NULL
    ) salted ON true
    WHERE bytes_before < ${BATCH_BYTES} ORDER BY position`,
};

/** Gives the vendors `$1` that have no salt the ones of `$2`. */
export const ADD_SALTS: Statement = {
  name: 'add-vendor-salts',
  text: `
    INSERT INTO vendor_salts (vendor_id, salt) SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING`,
};

/**
 * Keeps a segment: `$1` first and `$2` last position, `$3` epoch, `$4` hash of the segment before or null, `$5` hash,
 * `$6` size, `$7` packed, `$8` keys, `$9`, `$10` times, `$11` its last event, `$12` vendors and `$13` the salts of
 * their names. Only if this is the history of the database that has been read: what it has at the last position stands
 * for all before (decision 15); and if no vendor has another salt by now. No row if not, or if another instance was
 * faster.
 */
export const KEEP_SEGMENT: Statement = {
  name: 'keep-log-segment',
  text: `
    INSERT INTO log_segments (first, last, epoch, previous, hash, size, packed, packed_hash, keys, from_time,
                              until_time)
    SELECT $1::bigint, $2::bigint, $3::uuid, decode($4, 'hex'), decode($5, 'hex'), $6::bigint, $7::bytea, sha256($7),
           $8::bytea, $9::timestamptz, $10::timestamptz
    WHERE EXISTS (SELECT FROM event_log WHERE epoch = $3)
      AND EXISTS (SELECT FROM inventory_events WHERE position = $2 AND event_id = $11::uuid)
      AND ($4::text IS NULL OR EXISTS (SELECT FROM log_segments WHERE last = $1 - 1 AND hash = decode($4, 'hex')))
      AND ${areSalts('$12', '$13')}
    ON CONFLICT DO NOTHING
    RETURNING first`,
};

/** Seals with a last position above `$1`, in order, `$2` at most. `bytes`: as they are kept. */
export const READ_SEALS: Statement = {
  name: 'read-seals',
  text: `
    SELECT first::float8, last::float8, epoch, encode(hash, 'hex') AS hash, encode(previous, 'hex') AS previous,
           octet_length(packed) AS bytes
    FROM log_segments WHERE last > $1 ORDER BY last LIMIT $2`,
};

/** A `LogSize`, but for the age: `oldest` is when the first event of the table has occurred. */
export const READ_SIZE: Statement = {
  name: 'read-size-of-log',
  text: `
    SELECT coalesce(newest.position - (SELECT moved_up_to FROM event_log), 0)::float8 AS hot,
           oldest.occurred_at AS oldest, s.*
    FROM (SELECT count(*)::float8 AS segments, coalesce(max(last), 0)::float8 AS "sealedUpTo",
                 coalesce(sum(octet_length(packed)), 0)::float8 AS bytes FROM log_segments) s
    LEFT JOIN (SELECT position, occurred_at FROM inventory_events
               WHERE position > (SELECT moved_up_to FROM event_log) ORDER BY position LIMIT 1) oldest ON true
    LEFT JOIN (SELECT position FROM inventory_events WHERE position IS NOT NULL
               ORDER BY position DESC LIMIT 1) newest ON true`,
};
