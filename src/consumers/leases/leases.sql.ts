import type { ConsumerFilter, FailureMode } from '../../contracts/index.js';
import type { Statement } from '../../database/index.js';

/** Seconds for which a lease holds, by PostgreSQL's clock, unless it is renewed. */
export const LEASE_SECONDS = 30;

export interface LeaseRow {
  position: string;
  filter: ConsumerFilter;
  onFailure: FailureMode;
  maxAttempts: number;
  paused: boolean;
  /** Null if it has ended or there is none. */
  lease: string | null;
  leasedUpTo: string | null;
  /** Events of the lease that were to be tried again; empty: it is of new events. */
  retries: string[];
}

/** `$1` an HTTP consumer. Its row is locked, so that leases are given, used and ended one after the other. */
export const LOCK_LEASE: Statement = {
  name: 'lock-consumer-lease',
  text: `SELECT p.position, c.filter, c.on_failure AS "onFailure", c.max_attempts AS "maxAttempts", c.paused,
                CASE WHEN p.lease_until > clock_timestamp() THEN p.lease END AS lease,
                p.leased_up_to AS "leasedUpTo", coalesce(p.leased_retries, '{}') AS retries
         FROM consumer_partitions p JOIN event_consumers c ON c.name = p.consumer
         WHERE p.consumer = $1 AND c.kind = 'http' FOR UPDATE OF p`,
};

/** `$1` consumer, `$2` lease, `$3` holder, `$4` leased up to, `$5` retried events. */
export const GIVE_LEASE: Statement = {
  name: 'give-consumer-lease',
  text: `UPDATE consumer_partitions
         SET lease = $2, owner = $3, leased_up_to = $4, leased_retries = $5, term = term + 1,
             lease_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
         WHERE consumer = $1`,
};

/** `$1` consumer, `$2` position, `$3` retried events that are left; the lease begins to last anew. */
export const RENEW_LEASE: Statement = {
  name: 'renew-consumer-lease',
  text: `UPDATE consumer_partitions
         SET position = $2, leased_retries = $3, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
         WHERE consumer = $1`,
};

/** `$1` consumer, `$2` position. */
export const END_LEASE: Statement = {
  name: 'end-consumer-lease',
  text: `UPDATE consumer_partitions
         SET position = $2, lease = NULL, lease_until = NULL, owner = NULL, leased_up_to = NULL, leased_retries = NULL
         WHERE consumer = $1`,
};

/** `$1` consumer, `$2` events: as `FailureRow`. */
export const READ_LEASED_RETRIES: Statement = {
  name: 'read-leased-retries',
  text: `SELECT event_id AS "eventId", position, key, attempts, dropped FROM consumer_failures
         WHERE consumer = $1 AND event_id = ANY ($2::uuid[]) ORDER BY position`,
};
