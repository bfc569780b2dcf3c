import { IMPATIENT_NAME, type Session, SESSION_COLUMNS, type Statement } from '../../../database/index.js';

/**
 * Which of the products other sessions keep locked. `$1` ids; `$2`, `$3` vendor ids and skus, side by side.
 *
 * `FOR UPDATE` is what a deletion takes; a change of price would get along with some weaker locks, which only another
 * program takes. Those products are held back in vain, and done all the same.
 */
export const FIND_LOCKED: Statement = {
  name: 'find-locked-products',
  text: `
    WITH asked AS MATERIALIZED (
      SELECT p.id, p.vendor_id, p.sku FROM products p WHERE p.id = ANY ($1::text[])
      UNION
      SELECT p.id, p.vendor_id, p.sku
      FROM unnest($2::text[], $3::text[]) AS k (vendor_id, sku)
      JOIN products p ON p.vendor_id = k.vendor_id AND p.sku = k.sku
    ), free AS MATERIALIZED (
      SELECT p.id FROM products p WHERE p.id = ANY (ARRAY(SELECT id FROM asked)) FOR UPDATE SKIP LOCKED
    )
    SELECT id, vendor_id AS "vendorId", sku FROM asked WHERE id NOT IN (SELECT id FROM free)`,
};

/** Sessions that the writers of this database wait for, and that wait for nothing themselves. */
export const FIND_HOLDERS: Statement = {
  name: 'find-lock-holders',
  text: `
    SELECT DISTINCT ${SESSION_COLUMNS}
    FROM pg_stat_activity w
    CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
    LEFT JOIN pg_stat_activity a ON a.pid = blocking.pid
    WHERE w.datname = current_database() AND w.application_name = '${IMPATIENT_NAME}' AND w.wait_event_type = 'Lock'
      AND a.wait_event_type IS DISTINCT FROM 'Lock'`,
};

export type LockedProduct = { id: string; vendorId: string; sku: string };
export type LockHolder = Session & Record<string, unknown>;
