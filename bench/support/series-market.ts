import { dayAfter } from '../../src/infra/index.js';
import { query, withoutIndexes } from './database.js';
import { waitFor } from '../../test/support/processes.js';
import { COUNT_BUCKETS } from '../../src/series/projection/series-updates.sql.js';

const COMMODITIES = [
  'onion',
  'potato',
  'tomato',
  'wheat',
  'maize',
  'brinjal',
  'cabbage',
  'cauliflower',
  'carrot',
  'apple',
];
const MARKETS = 100;
const STATES = 4;
const DAYS = 10_000;
const LAST_DAY = '2026-01-31';
const FIRST_DAY = dayAfter(LAST_DAY, 1 - DAYS);

const VENDORS = `
  INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, logged_version, created_at,
                       updated_at)
  SELECT 'vnd_' || n, 'Market ' || n, '{}', 'Market ' || n, 'District', 'State ' || (n % ${STATES}), '{}', '', 1, 1,
         now(), now()
  FROM generate_series(1, ${MARKETS}) AS n`;
const PRODUCTS = `
  INSERT INTO products (id, vendor_id, sku, name, names, category, commodity, unit, base_price, currency, availability,
                        search, version, created_at, updated_at)
  SELECT 'prd_' || c.name || '_' || n, 'vnd_' || n, c.name, c.name, '{}', 'vegetables', c.name, 'quintal', 1000, 'INR',
         'available', '', 1, now(), now()
  FROM generate_series(1, ${MARKETS}) AS n CROSS JOIN unnest($1::text[]) AS c (name)`;
/** Each product's price on each day, with a wave through the year and some noise; arrivals in two of three. */
const OBSERVATIONS = `
  INSERT INTO market_prices (product_id, day, revision, min, max, modal, unit, currency, arrivals_quantity, arrivals_unit,
                             arrivals_kg, source, flags, event_seq, recorded_at)
  SELECT p.id, day, 1, modal - 150, modal + 150, modal, 'quintal', 'INR', kg / 100, 'quintal', kg, 'bench', '{}', 0, now()
  FROM generate_series($1::date, $2::date, interval '1 day') AS d (at) CROSS JOIN products p
  CROSS JOIN LATERAL (
    SELECT at::date AS day, round((2000 + 500 * sin(extract(doy FROM at) / 58) + 200 * random())::numeric, 2) AS modal,
           CASE WHEN random() < 0.67 THEN round((1000 + 9000 * random())::numeric) END AS kg
  ) price`;
const TABLES = (id: number): string[] => [
  `INSERT INTO series_vendors_${id} SELECT id, state, district, market FROM vendors`,
  `INSERT INTO series_products_${id} SELECT id, vendor_id, category, commodity, variety, NULL FROM products`,
  `INSERT INTO series_reports_${id} (product_id, day, revision, min, max, modal, unit, currency, kg, suspicious,
                                     vendor_id, state, commodity)
   SELECT m.product_id, m.day, 1, m.min, m.max, m.modal, m.unit, m.currency, m.arrivals_kg, false, p.vendor_id,
          v.state, p.commodity
   FROM market_prices m JOIN products p ON p.id = m.product_id JOIN vendors v ON v.id = p.vendor_id`,
];
const ALL_BUCKETS = `
  SELECT array_agg(commodity) AS commodities, array_agg(state) AS states, array_agg(day) AS days FROM (
    SELECT c.commodity, s.state, d.at::date AS day
    FROM unnest($1::text[]) AS c (commodity)
    CROSS JOIN (SELECT '' AS state UNION SELECT state FROM vendors) s
    CROSS JOIN generate_series($2::date, $3::date, interval '1 day') AS d (at)
    WHERE c.commodity = $4) all_of_them`;

/**
 * Ten commodities at a hundred markets in four states, each product with a price on each of ten thousand days, as
 * imports and the projection would have left them.
 */
export class SeriesMarket {
  readonly observations = COMMODITIES.length * MARKETS * DAYS;

  /** @param start runs a server of the database until `ready` resolves */
  static async fill(
    databaseUrl: string,
    start: (ready: () => Promise<unknown>) => Promise<void>,
  ): Promise<SeriesMarket> {
    await query(databaseUrl, VENDORS);
    await query(databaseUrl, PRODUCTS, [COMMODITIES]);
    const build = `SELECT id FROM projection_builds WHERE projection = 'price-series' AND status = 'live'`;
    const found = async (): Promise<number | undefined> => (await query<{ id: number }>(databaseUrl, build))[0]?.id;
    const ready = (): Promise<number> => waitFor(found, { what: 'the tables of the series' });
    await start(ready);
    const id = await ready();
    await withoutIndexes(databaseUrl, 'market_prices', () => query(databaseUrl, OBSERVATIONS, [FIRST_DAY, LAST_DAY]));
    await withoutIndexes(databaseUrl, `series_reports_${id}`, async () => {
      for (const statement of TABLES(id)) await query(databaseUrl, statement);
    });
    await query(databaseUrl, 'VACUUM ANALYZE');

    const count = COUNT_BUCKETS.text.replace(/\{([a-z_]+)\}/g, (_, name: string) => `${name}_${id}`);
    for (const commodity of COMMODITIES) {
      const values = [COMMODITIES, FIRST_DAY, LAST_DAY, commodity];
      const [all] = await query<Record<'commodities' | 'states' | 'days', unknown>>(databaseUrl, ALL_BUCKETS, values);
      await query(databaseUrl, count, [all!.commodities, all!.states, all!.days, 0]);
    }
    await query(databaseUrl, 'VACUUM ANALYZE');
    return new SeriesMarket();
  }

  someYear(random: () => number): { commodity: string; state: string; from: string; to: string } {
    const from = dayAfter(FIRST_DAY, Math.floor(random() * (DAYS - 365)));
    const commodity = COMMODITIES[Math.floor(random() * COMMODITIES.length)]!;
    return { commodity, state: `State ${Math.floor(random() * STATES)}`, from, to: dayAfter(from, 364) };
  }
}
