import type { Statement } from '../sql-client.js';

/** What the product does with its tables; a setting of rights by hand, or a restored dump, may have left some out. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  event_log: ['SELECT'],
  vendors: ['SELECT', 'INSERT', 'UPDATE'],
  products: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  product_texts: ['SELECT', 'INSERT', 'DELETE'],
  inventory_events: ['SELECT', 'INSERT', 'UPDATE'],
  vendor_stock: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  vendor_stock_changes: ['SELECT', 'INSERT', 'DELETE'],
  log_segments: ['SELECT', 'INSERT'],
  log_tail: ['SELECT', 'INSERT', 'DELETE'],
  vendor_salts: ['SELECT', 'INSERT'],
  idempotency_keys: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};
const SEQUENCES = ['inventory_events_seq_seq', 'product_texts_id_seq'];

const needed = Object.entries(RIGHTS).flatMap(([table, rights]) => rights.map((right) => `('${table}', '${right}')`));
const drawn = SEQUENCES.map((sequence) => `('${sequence}')`);

/**
 * Whether writes are possible: takes no lock, so that it is answered while a migration of a newer instance holds a
 * table.
 * `missing`: rights, separated by commas; null if there are all.
 */
export const WRITE_READINESS: Statement = {
  name: 'write-readiness',
  text: `
    SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly",
           concat_ws(', ',
             (SELECT string_agg(format('%s on %s', upper(need.privilege), need.name), ', ')
              FROM (VALUES ${needed.join(', ')}) AS need (name, privilege)
              WHERE NOT coalesce(has_table_privilege(to_regclass(need.name)::oid, need.privilege), false)),
             (SELECT string_agg(format('USAGE on %s', need.name), ', ') FROM (VALUES ${drawn.join(', ')}) AS need (name)
              WHERE NOT coalesce(has_sequence_privilege(to_regclass(need.name)::oid, 'USAGE'), false)),
             CASE WHEN NOT has_database_privilege(current_database(), 'TEMPORARY') THEN 'TEMPORARY on the database' END
           ) AS missing`,
};

/** Whether searches are: reads as they do, one row at most of each table. */
export const SEARCH_READINESS: Statement = {
  name: 'search-readiness',
  text: `
    SELECT EXISTS (SELECT FROM products) AND EXISTS (SELECT FROM vendors) AND EXISTS (SELECT FROM product_texts) AS filled`,
};

export interface WriteReadiness {
  standby: boolean;
  readOnly: boolean;
  missing: string;
}

/** Why writes aren't possible; undefined if they are. */
export function writeObstacle({ standby, readOnly, missing }: WriteReadiness): string | undefined {
  if (standby) return 'the server is a standby, which can only be read';
  if (readOnly) return 'the database is read-only (default_transaction_read_only = on)';
  return missing === '' ? undefined : `rights are missing or tables are not there: ${missing}`;
}
