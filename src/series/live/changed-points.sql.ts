import type { Statement } from '../../database/index.js';
import { USUAL_POINT } from '../projection/kept-point.sql.js';
import { SERIES_POSITION } from '../projection/series-position.sql.js';

/** Rows of `series_days` that are read at once at most. */
export const MOST_CHANGED = 5_000;

/**
 * Points of series that have changed after a position, with what was reported on the same weekday of the four weeks
 * before. `$1`, `$2`: commodities and states, side by side, or nulls for all; `$3` position; `$4` how many, and all of
 * the position of the last one. One row: `changed`, in the order of positions, and the `position` of the tables in the
 * same snapshot.
 */
export const READ_CHANGED: Statement = {
  name: 'read-changed-series-points',
  text: `
    WITH days AS (
      SELECT d.* FROM series_days d
      WHERE d.position > $3
        AND ($1::text[] IS NULL OR (d.commodity, d.state) IN (
              SELECT * FROM unnest($1::text[], $2::text[]) AS wanted (commodity, state)))
      ORDER BY d.position FETCH FIRST $4 ROWS WITH TIES
    ), changed AS (
      SELECT position, json_build_object(
               'commodity', commodity, 'state', nullif(state, ''), 'position', position, 'currency', currency,
               'unit', CASE per WHEN 'kg' THEN 'quintal' ELSE per END,
               'point', (${USUAL_POINT})::json,
               'counts', (
                 SELECT coalesce(json_object_agg(b.day, b.reports + b.suspicious), '{}') FROM series_days b
                 WHERE (b.commodity, b.state, b.per, b.currency) = (d.commodity, d.state, d.per, d.currency)
                   AND b.day IN (d.day, d.day - 7, d.day - 14, d.day - 21, d.day - 28))
             ) AS change
      FROM days d
    )
    SELECT coalesce((SELECT json_agg(change ORDER BY position) FROM changed), '[]') AS changed,
           ${SERIES_POSITION} AS position`,
};
