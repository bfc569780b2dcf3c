import type { Statement } from '../../../database/index.js';

/**
 * Where vendors are that have changed since `$1`, the last change last. Some seconds are looked at again, as changes
 * become visible later than they say.
 */
export const READ_PLACES: Statement = {
  name: 'read-places',
  text: `
    SELECT state, district, market, max(updated_at)::text AS changed FROM vendors
    WHERE updated_at > $1::timestamptz - interval '30 seconds'
    GROUP BY state, district, market ORDER BY max(updated_at)`,
};

/** Words of names in at most `$2` texts with ids above `$1`. */
export const READ_TEXTS: Statement = {
  name: 'read-words-of-texts',
  text: `
    SELECT id, array(SELECT lexeme FROM unnest(tsvector_to_array(lexemes)) lexeme WHERE lexeme !~ '^[+~=-]') AS words
    FROM product_texts WHERE id > $1 ORDER BY id LIMIT $2`,
};
