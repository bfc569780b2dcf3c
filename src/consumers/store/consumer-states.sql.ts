import type { Statement } from '../../database/index.js';
import { timeOfPosition } from '../../events/index.js';

/**
 * `$1` a consumer, or null for all. An HTTP consumer has an owner only for as long as the lease lasts. A projection in
 * the making serves no reader yet, and counts as no seconds behind.
 */
export const READ_STATES: Statement = {
  name: 'read-consumer-states',
  text: `SELECT c.name, c.kind, c.filter, c.on_failure AS "onFailure", c.max_attempts AS "maxAttempts", c.paused,
                c.created_at AS "createdAt", p.position, p.owners, p.partitions,
                greatest(0, h.position - p.position) AS lag,
                CASE WHEN EXISTS (SELECT FROM projection_builds b
                                  WHERE b.status = 'building' AND b.projection || '.' || b.id = c.name) THEN 0
                     ELSE coalesce(greatest(0, extract(epoch FROM clock_timestamp() - ${timeOfPosition('(p.position + 1)')})), 0)
                END::float8
                  AS "lagSeconds",
                f.failing, f.since, f.parked
         FROM event_consumers c
         CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM inventory_events) h
         CROSS JOIN LATERAL (
           SELECT min(o.position) AS position, array_agg(DISTINCT o.owner) FILTER (WHERE o.owner IS NOT NULL) AS owners,
                  json_agg(json_build_object('partition', o.partition, 'position', o.position, 'owner', o.owner)
                           ORDER BY o.partition) AS partitions
           FROM (SELECT partition, position,
                        CASE WHEN lease_until IS NULL OR lease_until > clock_timestamp() THEN owner END AS owner
                 FROM consumer_partitions WHERE consumer = c.name) o) p
         CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE parked_at IS NULL AND attempts > 0)::int AS failing,
                  min(first_failed_at) FILTER (WHERE parked_at IS NULL AND attempts > 0) AS since,
                  count(*) FILTER (WHERE parked_at IS NOT NULL)::int AS parked
           FROM consumer_failures WHERE consumer = c.name) f
         WHERE $1::text IS NULL OR c.name = $1 ORDER BY c.name`,
};
