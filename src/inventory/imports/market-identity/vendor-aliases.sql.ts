import type { Statement } from '../../../database/index.js';

/** `$1` to `$3`: the key's state, market and district; `$4`: vendor; `$5` to `$7`: the names; `$8`: time. */
export const INSERT_ALIAS: Statement = {
  name: 'insert-vendor-alias',
  text: `
    INSERT INTO vendor_aliases
      (state_key, market_key, district_key, vendor_id, state, district, market, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (state_key, market_key, district_key) DO NOTHING
    RETURNING vendor_id`,
};

/** `$1` to `$3`: the key's state, market and district. */
export const READ_ALIAS: Statement = {
  name: 'read-vendor-alias',
  text: `
    SELECT vendor_id AS "vendorId", state, district, market, created_at AS "createdAt"
    FROM vendor_aliases WHERE state_key = $1 AND market_key = $2 AND district_key = $3`,
};

/** `$1` to `$3`: the key's state, market and district; `$4`: the vendor that it must mean. */
export const DELETE_ALIAS: Statement = {
  name: 'delete-vendor-alias',
  text: `
    DELETE FROM vendor_aliases WHERE state_key = $1 AND market_key = $2 AND district_key = $3 AND vendor_id = $4`,
};
