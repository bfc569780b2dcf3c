import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { textArray } from '../../database/index.js';
import { skuOf } from './agmarknet-catalogue.js';
import type { PriceReport, ReportFlag } from './price-report.js';

/** A row that may have something to do. */
export interface StagedRow extends PriceReport {
  vendorId: string;
  sku: string;
  /** Whether the product was there when the page was read. */
  known: boolean;
}

/** A row as it is taken in. */
export type NewRow = PriceReport & Pick<StagedRow, 'vendorId'>;

/** Where a row stands among all rows of a file, by day and then by line. */
export type StagedPlace = Pick<StagedRow, 'day' | 'line'>;

export interface StagedPage {
  /** In order. */
  rows: StagedRow[];
  /** How many others there are, which have been reported before. */
  unchanged: number;
  /** The place of the last of all. */
  end: StagedPlace;
  /**
   * Follows the effect of `rows`, and returns what it returns. Until it has resolved, the rows are under way: pages
   * that are read meanwhile take nothing of their products for granted. That is so for good if it rejects, or if
   * nothing is followed.
   */
  follow<Result>(effect: Promise<Result>): Promise<Result>;
}

/** What is read of a page. */
type ReadPage = Omit<StagedPage, 'follow'>;

/** Columns of the table, in the order in which rows are copied into it. */
const COLUMNS = {
  line: 'bigint',
  day: 'date',
  state: 'text',
  district: 'text',
  market: 'text',
  commodity: 'text',
  variety: 'text',
  grade: 'text',
  unit: 'text',
  vendor_id: 'text',
  sku: 'text',
  currency: 'text',
  min: 'numeric(12, 2)',
  max: 'numeric(12, 2)',
  modal: 'numeric(12, 2)',
  flags: 'text[]',
  arrivals_quantity: 'numeric',
  arrivals_unit: 'text',
  arrivals_kg: 'numeric',
} as const;

/**
 * The next page: `$1`, `$2` the place before it; `$3`, `$4` vendor and sku of the rows under way, side by side. With a
 * limit that it doesn't know, PostgreSQL would plan for a tenth of all rows.
 *
 * Files overlap, so most rows of one may have been reported before; such rows needn't leave PostgreSQL. A row is left
 * out, as unchanged, only if it says what the last report of its day does (`effectOf` decides the same of the others),
 * and all earlier rows of its product have taken effect: none of them is under way, and none in the page differs.
 * Products are told apart by vendor and sku, since a row under way may be about to create its product. Of a product
 * with a row that isn't left out, all rows of the page are returned.
 */
const pageSql = (size: number): string => `
  WITH page AS MATERIALIZED (
    SELECT * FROM staged_rows WHERE (day, line) > ($1::date, $2::bigint) ORDER BY day, line LIMIT ${size}
  ), found AS MATERIALIZED (
    SELECT page.*, p.id IS NOT NULL AS known,
           r.day IS NULL OR (page.modal, page.unit, page.currency) IS DISTINCT FROM (r.modal, r.unit, r.currency)
           OR page.min <> coalesce(r.min, -1) OR page.max <> coalesce(r.max, -1)
           OR page.arrivals_quantity IS NOT NULL
              AND (page.arrivals_quantity, page.arrivals_unit) IS DISTINCT FROM (r.arrivals_quantity, r.arrivals_unit)
           OR (page.vendor_id, page.sku) IN (SELECT * FROM unnest($3::text[], $4::text[])) AS differs
    FROM page
    LEFT JOIN products p ON p.vendor_id = page.vendor_id AND p.sku = page.sku
    LEFT JOIN LATERAL (
      SELECT * FROM market_prices m WHERE m.product_id = p.id AND m.day = page.day ORDER BY m.revision DESC LIMIT 1
    ) r ON true
  ), open AS MATERIALIZED (
    SELECT * FROM found
    WHERE differs OR (vendor_id, sku) IN (SELECT vendor_id, sku FROM found WHERE differs)
    ORDER BY day, line
  )
  SELECT (SELECT json_agg(json_build_array(${Object.keys(COLUMNS).join(', ')}, known)) FROM open)::text AS rows,
         (SELECT count(*) FROM page)::integer AS size,
         (SELECT json_build_object('day', day, 'line', line) FROM page ORDER BY day DESC, line DESC LIMIT 1)::text AS end`;

/** Texts in the order of their bytes, which takes a fraction of what an order of people takes. */
const PRODUCT_ORDER = 'vendor_id COLLATE "C", sku COLLATE "C", day, line';

const byProductSql = (size: number): string => `
  SELECT json_build_array(${Object.keys(COLUMNS).join(', ')}, false) AS row FROM staged_rows
  WHERE (${PRODUCT_ORDER}) > ($1, $2, $3::date, $4::bigint) ORDER BY ${PRODUCT_ORDER} LIMIT ${size}`;

/** A row as `pageSql` gives it: the columns in their order, and what was found. */
type PageRow = [
  line: number,
  day: string,
  state: string,
  district: string,
  market: string,
  commodity: string,
  variety: string,
  grade: string,
  unit: string,
  vendorId: string,
  sku: string,
  currency: string,
  min: number | null,
  max: number | null,
  modal: number,
  flags: ReportFlag[],
  arrivalsQuantity: number | null,
  arrivalsUnit: string | null,
  arrivalsKg: number | null,
  known: boolean,
];

/**
 * A file's rows in a temporary table, so that a file of any length and any order takes effect in order of days with
 * bounded memory. Sorting in the process would need the whole file; trusting the file's order would be wrong for some.
 */
export class ImportStaging {
  constructor(private readonly connection: PoolClient) {}

  async fill(rows: AsyncIterable<readonly NewRow[]>): Promise<void> {
    // COPY takes as long as the client does; `drop` takes this back, and a connection that failed is not used again.
    await this.connection.query('SET statement_timeout = 0');
    await this.connection.query('DROP TABLE IF EXISTS staged_rows');
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
    await this.connection.query(`CREATE TEMPORARY TABLE staged_rows (${columns.join(', ')})`);
    const copy = this.connection.query(copyFrom(`COPY staged_rows (${Object.keys(COLUMNS).join(', ')}) FROM STDIN`));
    await pipeline(Readable.from(copyLines(rows)), copy);
    await this.connection.query('CREATE INDEX ON staged_rows (day, line)');
    await this.connection.query('ANALYZE staged_rows');
  }

  /**
   * All rows behind `from` by day, then by line, `size` at a time. Each page is read while the one before is being
   * used.
   *
   * Maintained invariant: a row is counted as unchanged against a state of the table in which every earlier row has
   * either taken effect or been counted as unchanged itself, or is of another product. So the caller may have any
   * number of pages under way, and needs only to give what it does with each to the page's `follow`.
   */
  async *pages(size: number, from: StagedPlace | null = null): AsyncGenerator<StagedPage> {
    const underWay = new Set<ReadPage>();
    let next = this.read(size, from ?? { day: '-infinity', line: 0 }, underWay);
    for (;;) {
      const page = await next;
      if (!page) return;
      underWay.add(page);
      next = this.read(size, page.end, underWay);
      // Reported where it is waited for, if it comes to that.
      next.catch(() => undefined);
      const follow = async <Result>(effect: Promise<Result>): Promise<Result> => {
        const result = await effect;
        underWay.delete(page);
        return result;
      };
      yield { ...page, follow };
    }
  }

  /**
   * All rows by product, those of one by day and then by line, `size` at a time: rows of a product follow each other,
   * so that what they come to can be told without remembering other products.
   */
  async *byProduct(size: number): AsyncGenerator<StagedRow[]> {
    await this.connection.query(`CREATE INDEX ON staged_rows (${PRODUCT_ORDER})`);
    for (let after: StagedRow | undefined; ;) {
      const { rows } = await this.connection.query<{ row: PageRow }>({
        name: `read-staged-products-${size}`,
        text: byProductSql(size),
        values: after ? [after.vendorId, after.sku, after.day, after.line] : ['', '', '-infinity', 0],
      });
      if (rows.length === 0) return;
      const page = rows.map(({ row }) => stagedRow(row));
      after = page.at(-1);
      yield page;
    }
  }

  /** Vendors of rows that aren't there yet. */
  async newVendors(): Promise<string[]> {
    const { rows } = await this.connection.query<{ id: string }>(`
      SELECT DISTINCT vendor_id AS id FROM staged_rows
      WHERE NOT EXISTS (SELECT FROM vendors WHERE vendors.id = vendor_id)`);
    return rows.map(({ id }) => id);
  }

  private async read(
    size: number,
    after: StagedPlace,
    pagesUnderWay: ReadonlySet<ReadPage>,
  ): Promise<ReadPage | undefined> {
    const underWay = [...pagesUnderWay].flatMap(({ rows }) => rows);
    const [vendorIds, skus] = [underWay.map(({ vendorId }) => vendorId), underWay.map(({ sku }) => sku)];
    const { rows } = await this.connection.query<{ rows: string | null; size: number; end: string | null }>({
      name: `read-staged-rows-${size}`,
      text: pageSql(size),
      values: [after.day, after.line, textArray(vendorIds), textArray(skus)],
    });
    const { rows: open, size: found, end } = rows[0]!;
    if (end === null) return undefined;
    const opened = open === null ? [] : (JSON.parse(open) as PageRow[]).map(stagedRow);
    return { rows: opened, unchanged: found - opened.length, end: JSON.parse(end) as StagedPlace };
  }

  async drop(): Promise<void> {
    await this.connection.query('DROP TABLE IF EXISTS staged_rows');
    await this.connection.query('RESET statement_timeout');
  }
}

function stagedRow(values: PageRow): StagedRow {
  const [line, day, state, district, market, commodity, variety, grade, ...others] = values;
  const [unit, vendorId, sku, currency, min, max, modal, flags, quantity, arrivalsUnit, kg, known] = others;
  const names = { state, district, market, commodity, variety, grade };
  const arrivals = quantity === null || arrivalsUnit === null ? null : { quantity, unit: arrivalsUnit, kg };
  return { line, day, ...names, min, max, modal, unit, currency, arrivals, flags, vendorId, sku, known };
}

/**
 * Chunks of COPY's text format, each row in the order of `COLUMNS`; the reader has refused control characters, so only
 * backslashes need care.
 */
async function* copyLines(batches: AsyncIterable<readonly NewRow[]>): AsyncGenerator<string> {
  for await (const rows of batches) {
    let chunk = '';
    for (const row of rows) {
      const { line, day, state, district, market, commodity, variety, grade, unit, vendorId } = row;
      const names = `${state}\t${district}\t${market}\t${commodity}\t${variety}\t${grade}\t${unit}`;
      const texts = `${names}\t${vendorId}\t${skuOf(row)}`;
      const escaped = texts.includes('\\') ? texts.replaceAll('\\', '\\\\') : texts;
      const { currency, min, max, modal, flags } = row;
      const prices = `${currency}\t${min ?? NULL}\t${max ?? NULL}\t${modal}\t{${flags.join(',')}}`;
      chunk += `${line}\t${day}\t${escaped}\t${prices}\t${arrivalsOf(row)}\n`;
    }
    if (chunk !== '') yield chunk;
  }
}

const NULL = '\\N';
const NO_ARRIVALS = `${NULL}\t${NULL}\t${NULL}`;

function arrivalsOf({ arrivals }: PriceReport): string {
  if (!arrivals) return NO_ARRIVALS;
  const { quantity, unit, kg } = arrivals;
  return `${quantity}\t${unit.replaceAll('\\', '\\\\')}\t${kg ?? NULL}`;
}
