import { isoTime, type Statement } from '../../../database/index.js';
import { positionOfEvent } from '../../../events/index.js';
import { REPORT_JSON } from './load-reports.sql.js';

/**
 * The last report of each day, newest day first, and the modal price of the day before it. `$1`: product; `$2`, `$3`:
 * first and last day, or null; `$4`: days.
 *
 * The day before may lie outside of the page, so it is looked up for each row: by the primary key, one page each.
 */
const readPrices = (prices: string, before = ''): string => `
    WITH RECURSIVE ${before}
    days AS (
      (SELECT m.day, m.revision FROM ${prices} m
       WHERE m.product_id = $1 AND m.day <= coalesce($3::date, 'infinity') AND m.day >= coalesce($2::date, '-infinity')
       ORDER BY m.day DESC, m.revision DESC LIMIT 1)
      UNION ALL
      SELECT next.day, next.revision FROM days
      CROSS JOIN LATERAL (
        SELECT m.day, m.revision FROM ${prices} m
        WHERE m.product_id = $1 AND m.day < days.day AND m.day >= coalesce($2::date, '-infinity')
        ORDER BY m.day DESC, m.revision DESC LIMIT 1
      ) next
    ), page AS MATERIALIZED (SELECT * FROM days LIMIT $4)
    SELECT ${REPORT_JSON} AS report, ${isoTime('r.recorded_at')} AS "recordedAt", ${positionOfEvent('r.event_seq')} AS position,
           (SELECT ${REPORT_JSON} FROM ${prices} r WHERE r.product_id = $1 AND r.day < page.day
            ORDER BY r.day DESC, r.revision DESC LIMIT 1) AS before
    FROM page
    JOIN ${prices} r ON r.product_id = $1 AND r.day = page.day AND r.revision = page.revision
    ORDER BY page.day DESC`;

export const READ_PRICES: Statement = { name: 'read-market-prices', text: readPrices('market_prices') };

/** The same of what was known at a position: `$5`. */
const KNOWN_PRICES = `
    known_prices AS NOT MATERIALIZED (
      SELECT r.* FROM market_prices r
      WHERE ${positionOfEvent('r.event_seq')} <= $5::bigint
    ),`;
export const READ_PAST_PRICES: Statement = {
  name: 'read-past-market-prices',
  text: readPrices('known_prices', KNOWN_PRICES),
};
