import type { Statement } from '../../database/index.js';
import { appendVendorEventsSql } from '../../events/index.js';

/** Columns under the names that `vendorOf` expects. */
export const VENDOR_COLUMNS = `v.id, v.name, v.names, v.market, v.district, v.state, v.languages, v.version,
  v.created_at AS "createdAt", v.updated_at AS "updatedAt"`;

/** `$1`: id. */
export const READ_VENDOR: Statement = {
  name: 'read-vendor',
  text: `SELECT ${VENDOR_COLUMNS} FROM vendors v WHERE v.id = $1`,
};

export const ANY_VENDOR: Statement = { name: 'any-vendor', text: 'SELECT FROM vendors LIMIT 1' };

const ROWS = `jsonb_to_recordset($1::jsonb) AS r (
  id text, name text, names jsonb, market text, district text, state text, languages text[], version integer,
  "createdAt" timestamptz, "updatedAt" timestamptz, search text[])`;

/**
 * `$1`: vendors with their lexemes as JSON, `$2`: the events of their creation (`eventRows`). Returns the ids that were
 * new; the others' events are not appended.
 *
 * `logged_version` says that the statement appends the event itself; for one that doesn't, of a version of before, a
 * trigger does.
 */
export const INSERT_VENDORS: Statement = {
  name: 'insert-vendors',
  text: `
    WITH inserted AS (
      INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, logged_version,
                           created_at, updated_at)
      SELECT id, name, names, market, district, state, languages, array_to_tsvector(search), version, version,
             "createdAt", "updatedAt"
      FROM ${ROWS}
      ORDER BY id -- one order for everybody, so that two imports can't deadlock
      ON CONFLICT (id) DO NOTHING
      RETURNING id
    ), appended AS (${appendVendorEventsSql('$2', 'inserted')})
    SELECT id FROM inserted`,
};

/**
 * `$1`: the vendor's new state as a list of one; `$2`: the version it replaces; `$3`: the event of the change
 * (`eventRows`). No row returned: a race was lost.
 */
export const UPDATE_VENDOR: Statement = {
  name: 'update-vendor',
  text: `
    WITH updated AS (
      UPDATE vendors v
      SET name = r.name, names = r.names, market = r.market, district = r.district, state = r.state,
          languages = r.languages, search = array_to_tsvector(r.search), version = r.version,
          logged_version = r.version, updated_at = r."updatedAt"
      FROM ${ROWS}
      WHERE v.id = r.id AND v.version = $2
      RETURNING v.id
    ), appended AS (${appendVendorEventsSql('$3', 'updated')})
    SELECT id FROM updated`,
};
