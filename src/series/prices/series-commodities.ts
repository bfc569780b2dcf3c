import { Injectable } from '@nestjs/common';
import type { SeriesCommodity } from '../../contracts/index.js';
import { named, placeConditions, SqlBuilder } from '../../inventory/index.js';
import { SERIES_POSITION } from '../projection/series-position.sql.js';
import { SeriesReads } from '../projection/series-reads.js';

/** Commodities of an answer at most. */
const MOST = 1_000;

/** Of which commodities prices have been reported. */
@Injectable()
export class SeriesCommodities {
  constructor(private readonly reads: SeriesReads) {}

  /** Those of most markets first. */
  async read(state: string | undefined): Promise<SeriesCommodity[]> {
    const sql = new SqlBuilder();
    const place = placeConditions(await this.reads.placed({ state }), sql).map((condition) => ` AND ${condition}`);
    const text = `
      WITH found AS (
        SELECT p.commodity, count(DISTINCT p.vendor_id)::int AS markets, count(*)::int AS products,
               max(r.day)::text AS "lastDay"
        FROM series_products p JOIN series_vendors v ON v.vendor_id = p.vendor_id
        CROSS JOIN LATERAL (
          SELECT r.day FROM series_reports r WHERE r.product_id = p.product_id ORDER BY r.day DESC LIMIT 1
        ) r
        WHERE p.commodity IS NOT NULL${place.join('')}
        GROUP BY p.commodity ORDER BY markets DESC, p.commodity LIMIT ${MOST}
      )
      SELECT coalesce((SELECT json_agg(found ORDER BY markets DESC, commodity) FROM found), '[]') AS commodities,
             ${SERIES_POSITION} AS position`;
    const query = { statement: named('series-commodities', text), values: sql.values };
    const { commodities } = await this.reads.read<{ commodities: SeriesCommodity[]; position: string }>(query);
    return commodities;
  }
}
