import type { Statement } from '../../database/index.js';

/** How long after its last heartbeat, by PostgreSQL's clock, an instance counts as dead. */
export const DEAD_AFTER_MS = 1_200;

const ALIVE = (instance: string): string => `${instance}.seen_at > clock_timestamp() - interval '${DEAD_AFTER_MS} ms'`;
const OWNED = `EXISTS (SELECT FROM consumer_instances i WHERE i.id = p.owner AND ${ALIVE('i')})`;

export interface PartitionRow {
  consumer: string;
  partition: number;
  owner: string | null;
  term: string;
  /** Nothing that lives owns it. */
  free: boolean;
  paused: boolean;
  /** Instances that run the consumer. */
  alive: string[];
  /** Instances that live beside this one, whatever they run. */
  others: number;
  /** Whether a failed event is due for its next attempt. */
  due: boolean;
  /** Events that wait for another attempt, counted up to 1,001. */
  retrying: number;
}

/**
 * A heartbeat that looks around: `$1` instance, `$2` the consumers it runs. What it changes it doesn't see itself, so
 * an instance's first heartbeat doesn't find it alive.
 */
export const BEAT: Statement = {
  name: 'consumer-heartbeat',
  text: `WITH beat AS (
           INSERT INTO consumer_instances (id, consumers, seen_at) VALUES ($1, $2, clock_timestamp())
           ON CONFLICT (id) DO UPDATE SET consumers = excluded.consumers, seen_at = excluded.seen_at
         ), gone AS (
           DELETE FROM consumer_instances WHERE id <> $1 AND seen_at < clock_timestamp() - interval '1 minute'
         )
         SELECT p.consumer, p.partition, p.owner, p.term, NOT ${OWNED} AS free, c.paused,
                ARRAY(SELECT i.id FROM consumer_instances i WHERE ${ALIVE('i')} AND p.consumer = ANY (i.consumers)) AS alive,
                (SELECT count(*)::int FROM consumer_instances i WHERE i.id <> $1 AND ${ALIVE('i')}) AS others,
                EXISTS (SELECT FROM consumer_failures f
                        WHERE f.consumer = p.consumer AND f.partition = p.partition
                          AND f.next_attempt_at <= clock_timestamp()) AS due,
                (SELECT count(*)::int
                 FROM (SELECT FROM consumer_failures f
                       WHERE f.consumer = p.consumer AND f.partition = p.partition AND f.next_attempt_at IS NOT NULL
                       LIMIT 1001) few) AS retrying
         FROM consumer_partitions p JOIN event_consumers c ON c.name = p.consumer
         WHERE p.consumer = ANY ($2::text[]) ORDER BY p.consumer, p.partition`,
};

/** `$1` instance, `$2` consumer, `$3` partitions, `$4` how many. What another instance is claiming is left to it. */
export const CLAIM: Statement = {
  name: 'claim-partitions',
  text: `UPDATE consumer_partitions SET owner = $1, term = term + 1
         WHERE consumer = $2 AND partition IN (
           SELECT p.partition FROM consumer_partitions p
           WHERE p.consumer = $2 AND p.partition = ANY ($3::int[]) AND (p.owner IS NULL OR NOT ${OWNED})
             AND NOT (SELECT paused FROM event_consumers WHERE name = $2)
           LIMIT $4 FOR UPDATE SKIP LOCKED)
         RETURNING partition, position, term`,
};

/** `$1` instance, `$2` consumer, `$3` partition, `$4` term. */
export const GIVE_BACK: Statement = {
  name: 'give-back-partition',
  text: `UPDATE consumer_partitions SET owner = NULL
         WHERE owner = $1 AND consumer = $2 AND partition = $3 AND term = $4`,
};

/** `$1` instance: what it owns is free at once. */
export const LEAVE: Statement = {
  name: 'leave-consumers',
  text: `WITH freed AS (UPDATE consumer_partitions SET owner = NULL WHERE owner = $1)
         DELETE FROM consumer_instances WHERE id = $1`,
};
