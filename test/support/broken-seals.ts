import type pg from 'pg';
import { verifySeals } from '../../src/cli/verify-seals.js';
import type { Difference } from '../../src/cli/verify-log.js';

/** Changes of a row of `log_segments`, in SQL, each of which `verify` must find. */
export const SEAL_CHANGES: readonly string[] = [
  `hash = sha256('x')`,
  `previous = sha256('x')`,
  'epoch = gen_random_uuid()',
  'size = size + 1',
  'keys = set_bit(keys, 5, 1 - get_bit(keys, 5))',
  `packed_hash = sha256('x')`,
  `until_time = now()`,
];

/**
 * Runs a statement that changes some rows of a table, looks, and puts the rows back.
 *
 * @param rows the table, and maybe `WHERE` and which rows
 */
export async function brokenAfter(client: pg.Client, rows: string, damage: string): Promise<Difference[]> {
  const [table] = rows.split(' ') as [string];
  await client.query(`CREATE TEMP TABLE kept AS SELECT * FROM ${rows}`);
  try {
    await client.query(damage);
    return (await verifySeals(client)).broken;
  } finally {
    await client.query(`DELETE FROM ${rows}; INSERT INTO ${table} SELECT * FROM kept; DROP TABLE kept`);
  }
}
