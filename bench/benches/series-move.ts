import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import { SERIES_POSITION } from '../../src/series/projection/series-position.sql.js';
import { COUNT_BUCKETS } from '../../src/series/projection/series-updates.sql.js';
import type { BenchRun } from '../support/bench-run.js';
import { query } from '../support/database.js';
import { rounded, type Row } from '../support/report.js';
import { median } from '../support/rounds.js';

const PRODUCTS = 100_000;
const COMMODITIES = 200;
const DAY = '2026-01-31';
const STATES = ['Goa', 'Kerala'] as const;
/** Milliseconds for which other series may wait for it. */
const WITHIN = 2_000;

const VENDOR = `
  INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, logged_version, created_at,
                       updated_at)
  VALUES ('vnd_large', 'Large', '{}', 'Large', 'District', '${STATES[0]}', '{}', '', 1, 1, now(), now())`;
const TABLES = (id: number): string[] => [
  `INSERT INTO series_vendors_${id} SELECT id, state, district, market FROM vendors`,
  `INSERT INTO series_products_${id}
   SELECT 'prd_' || n, 'vnd_large', 'vegetables', 'commodity-' || n % ${COMMODITIES}, NULL, NULL
   FROM generate_series(1, ${PRODUCTS}) AS n`,
  `INSERT INTO series_reports_${id} (product_id, day, revision, min, max, modal, unit, currency, kg, suspicious,
                                     vendor_id, state, commodity)
   SELECT product_id, '${DAY}', 1, 900, 1100, 1000, 'quintal', 'INR', 500, false, vendor_id, '${STATES[0]}', commodity
   FROM series_products_${id}`,
];
const BUCKETS = `
  SELECT array_agg(commodity) AS commodities, array_agg(state) AS states, array_agg('${DAY}'::date) AS days
  FROM (SELECT DISTINCT commodity FROM series_products) c CROSS JOIN (VALUES (''), ('${STATES[0]}')) s (state)`;

/** Every event has its position, and the series have come to the last one. */
const IS_THERE = `
  SELECT NOT EXISTS (SELECT FROM inventory_events WHERE position IS NULL)
         AND ${SERIES_POSITION} = (SELECT max(position) FROM inventory_events) AS there`;

/**
 * A vendor of a hundred thousand products, each with a report, moves to another state: from the acknowledgement until
 * all its reports are counted there, for which all other series wait.
 */
export async function vendorMoves(run: BenchRun): Promise<{ row: Row; times: number[] }> {
  const databaseUrl = await fill(run);
  const server = await run.server({ databaseUrl });
  const times = await withClient(databaseUrl, async (client) => {
    const measured: number[] = [];
    for (let round = 0; round <= run.options.rounds; round += 1) {
      await server.api('PATCH', '/vendors/vnd_large', { state: STATES[(round + 1) % 2] });
      const began = performance.now();
      const isThere = async (): Promise<boolean> => (await client.query<{ there: boolean }>(IS_THERE)).rows[0]!.there;
      await waitFor(isThere, { timeoutMs: 120_000, everyMs: 10, what: 'the reports to be moved' });
      if (round > 0) measured.push(performance.now() - began);
    }
    return measured;
  });
  const ms = median(times);
  const bench = `series, a vendor of ${PRODUCTS} products moves`;
  return { row: { bench, unit: 'ms', ours: rounded(ms), reach: `≤ ${WITHIN}`, met: ms <= WITHIN }, times };
}

async function fill(run: BenchRun): Promise<string> {
  const databaseUrl = await run.database(0);
  const build = `SELECT id FROM projection_builds WHERE projection = 'price-series' AND status = 'live'`;
  const found = async (): Promise<number | undefined> => (await query<{ id: number }>(databaseUrl, build))[0]?.id;
  const id = await run.part(async () => {
    await run.server({ databaseUrl });
    return waitFor(found, { what: 'the tables of the series' });
  });
  for (const statement of [VENDOR, ...TABLES(id)]) await query(databaseUrl, statement);
  const [buckets] = await query<Record<'commodities' | 'states' | 'days', unknown>>(databaseUrl, BUCKETS);
  const count = COUNT_BUCKETS.text.replace(/\{([a-z_]+)\}/g, (_, name: string) => `${name}_${id}`);
  await query(databaseUrl, count, [buckets!.commodities, buckets!.states, buckets!.days, 0]);
  await query(databaseUrl, 'VACUUM ANALYZE');
  return databaseUrl;
}
