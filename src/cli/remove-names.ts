import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { CliError } from './run-cli.js';

const SALT_BYTES = 16;

/**
 * Gives all events of the vendor `$1` the names that it has now. Their seals stay true: they hold digests of the names,
 * which can't be tried out without the salt.
 */
const REMOVE_NAMES = `
  UPDATE inventory_events e
  SET vendor = (e.vendor::jsonb || jsonb_build_object('name', v.name, 'names', v.names))::json,
      changes = (SELECT coalesce(json_agg(CASE WHEN c->>'field' IN ('name', 'names')
                                               THEN json_build_object('field', c->>'field', 'oldValue', NULL, 'newValue', NULL)
                                               ELSE c END), '[]')
                 FROM json_array_elements(e.changes) c)
  FROM vendors v
  WHERE v.id = $1 AND e.vendor_id = v.id AND e.vendor IS NOT NULL`;

/** `$1` vendor, `$2` a new salt: digests up to the present end of the log can't be told any more. */
const FORGET_SALT = `
  INSERT INTO vendor_salts (vendor_id, salt, removed_up_to)
  SELECT $1, $2, coalesce(max(position), 0) FROM inventory_events
  ON CONFLICT (vendor_id) DO UPDATE SET salt = excluded.salt, removed_up_to = excluded.removed_up_to`;

/**
 * Takes all names that the vendor had before out of the log: rename it first. Reads all of the log.
 *
 * @returns in how many events
 */
export async function removeNames(client: pg.Client, vendorId: string): Promise<number> {
  await client.query('BEGIN');
  try {
    const { rowCount: vendors } = await client.query('SELECT FROM vendors WHERE id = $1 FOR UPDATE', [vendorId]);
    if (!vendors) throw new CliError(`There is no vendor ${vendorId}`);
    const { rowCount } = await client.query(REMOVE_NAMES, [vendorId]);
    await client.query(FORGET_SALT, [vendorId, randomBytes(SALT_BYTES)]);
    await client.query('COMMIT');
    return rowCount ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
