import type { Statement } from '../../../database/index.js';

/**
 * Of `$2` texts at most with ids above `$1`: the last id, null without any, and the ids of those that no product has.
 */
export const LOOK_AT_TEXTS: Statement = {
  name: 'look-at-texts',
  text: `
    WITH looked AS MATERIALIZED (
      SELECT id FROM product_texts WHERE id > $1 ORDER BY id LIMIT $2
    )
    SELECT (SELECT max(id) FROM looked) AS last, array(
      SELECT l.id FROM looked l LEFT JOIN LATERAL (
        SELECT true AS used FROM products p WHERE p.text_id = l.id LIMIT 1
      ) u ON true WHERE u.used IS NULL
    ) AS unused`,
};

/**
 * Removes those of the texts that no product has. A product that is being written may be about to get one of them, and
 * no one sees it until that is committed; so writers are waited for, and wait, but neither for longer than
 * `lockTimeout`.
 *
 * @param ids of texts, as PostgreSQL gives them
 * @param lockTimeout milliseconds; `isLockTimeout` tells whether they have passed in vain
 */
export const removeUnusedDocumentsSql = (ids: readonly string[], lockTimeout: number): string => `
    DO $$ BEGIN
      SET LOCAL lock_timeout = ${lockTimeout};
      LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE;
      DELETE FROM product_texts t
      WHERE id = ANY('{${ids.map(BigInt).join(',')}}') AND NOT EXISTS (SELECT FROM products p WHERE p.text_id = t.id);
    END $$`;
