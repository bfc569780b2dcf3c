import type { Statement } from '../../../database/index.js';

/**
 * `$1` to `$3`: the keys' states, markets and districts. One row for each, in order: the vendor that is stored for it,
 * or null. An alias comes first, since an administrator gives it after an import has made a vendor of that market.
 */
export const FIND_STORED_MARKETS: Statement = {
  name: 'find-stored-markets',
  text: `
    SELECT coalesce(a.vendor_id, k.vendor_id) AS "vendorId"
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS m (state_key, market_key, district_key, n)
    LEFT JOIN vendor_aliases a USING (state_key, market_key, district_key)
    LEFT JOIN market_vendors k USING (state_key, market_key, district_key)
    ORDER BY m.n`,
};

/** Vendors that are proposed for one market. */
const CANDIDATES = 10;

/**
 * `$1`, `$2`: states and markets of keys that aren't stored; `$3`: the ids that former versions gave for the spellings;
 * `$4`: those that new vendors would have. One row for each, in order: the vendor that is there under one of the ids,
 * or null with the vendors of the same name in other districts of the state. The ids find vendors that were renamed
 * before there were keys (`$3`), and those of an import that was broken off between vendor and key (`$4`).
 */
export const FIND_OTHER_MARKETS: Statement = {
  name: 'find-other-markets',
  text: `
    SELECT found.id AS "vendorId", others.candidates
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
         WITH ORDINALITY AS m (state_key, market_key, spelled_id, new_id, n)
    LEFT JOIN vendors spelled ON spelled.id = m.spelled_id
    LEFT JOIN vendors made ON made.id = m.new_id
    CROSS JOIN LATERAL (SELECT coalesce(spelled.id, made.id) AS id) found
    CROSS JOIN LATERAL (
      SELECT json_agg(json_build_object('vendorId', id, 'district', district, 'market', market)) AS candidates
      FROM (
        SELECT v.id, v.district, v.market
        FROM market_vendors o JOIN vendors v ON v.id = o.vendor_id
        WHERE found.id IS NULL AND o.state_key = m.state_key AND o.market_key = m.market_key
        ORDER BY o.district_key LIMIT ${CANDIDATES}
      ) same_name
    ) others
    ORDER BY m.n`,
};

/**
 * `$1`, `$2`: time of creation and id of a vendor. The next vendors behind it whose ids imports give and whose market's
 * key isn't stored, the eldest first. There are some once after an update from a version without keys, while older
 * instances run beside this one, and where a vendor has been renamed or two have the same key; else none.
 */
export const VENDORS_WITHOUT_KEY: Statement = {
  name: 'vendors-without-market-key',
  text: `
    SELECT id, coalesce(state, '') AS state, coalesce(district, '') AS district, coalesce(market, '') AS market,
           created_at::text AS "createdAt"
    FROM vendors v
    WHERE id ~ '^vnd_[0-9a-f]{24}$' AND (created_at, id) > ($1::timestamptz, $2)
      AND NOT EXISTS (SELECT FROM market_vendors k WHERE k.vendor_id = v.id)
    ORDER BY created_at, id LIMIT 2000`,
};

/**
 * `$1` to `$3`: the keys' states, markets and districts; `$4`: ids of vendors. A key that is there stays as it is. One
 * row for each that is new.
 */
export const KEEP_MARKET_KEYS: Statement = {
  name: 'keep-market-keys',
  text: `
    INSERT INTO market_vendors (state_key, market_key, district_key, vendor_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    ON CONFLICT DO NOTHING
    RETURNING vendor_id`,
};
