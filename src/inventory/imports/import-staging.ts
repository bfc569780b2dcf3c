import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Upsert } from '../products/write/product-command.js';
import { skuOf, vendorIdOf } from './agmarknet-catalogue.js';
import type { AgmarknetRow } from './agmarknet-row.js';

/** A row that may have something to do. */
export interface StagedRow extends AgmarknetRow {
  line: number;
  /** The product as it was when the page was read, null if it wasn't there. */
  seen: NonNullable<Upsert['seen']> | null;
}

/** A row as it is taken in. */
export type NewRow = Omit<StagedRow, 'seen'>;

/** Where a row stands among all rows of a file, by date and then by line. */
export type StagedPlace = Pick<StagedRow, 'date' | 'line'>;

export interface StagedPage {
  /** In order. */
  rows: StagedRow[];
  /** How many others there are, whose product has their price already. */
  unchanged: number;
  /** The place of the last of all. */
  end: StagedPlace;
}

const COLUMNS = ['line', 'date', 'state', 'district', 'market', 'commodity', 'variety', 'grade', 'modalPrice'] as const;

/**
 * The next page: `$1`, `$2` the place before it, `$3` products that may be about to change. With a limit that it
 * doesn't know, PostgreSQL would plan for a tenth of all rows.
 * Most prices are those of the day before; such rows needn't leave PostgreSQL. All rows of a product are looked at if
 * one of them in the page has another price, or if an earlier page may change it.
 */
const pageSql = (size: number): string => `
  WITH page AS MATERIALIZED (
    SELECT * FROM staged_rows WHERE (date, line) > ($1::date, $2::bigint) ORDER BY date, line LIMIT ${size}
  ), found AS MATERIALIZED (
    SELECT page.*, p.id AS "productId", p.version, p.base_price IS DISTINCT FROM page."modalPrice" OR p.id IN (SELECT unnest($3::text[])) AS differs
    FROM page LEFT JOIN products p ON p.vendor_id = page.vendor_id AND p.sku = page.sku
  ), open AS MATERIALIZED (
    SELECT * FROM found
    WHERE differs OR "productId" IN (SELECT "productId" FROM found WHERE differs AND "productId" IS NOT NULL)
    ORDER BY date, line
  )
  SELECT (SELECT json_agg(json_build_array(${COLUMNS.map((column) => `"${column}"`).join(', ')}, "productId", version))
          FROM open)::text AS rows,
         (SELECT count(*) FROM page)::integer AS size,
         (SELECT json_build_object('date', date, 'line', line) FROM page ORDER BY date DESC, line DESC LIMIT 1)::text AS end`;

/** A row as `pageSql` gives it: the columns in their order, and what was found. */
type PageRow = [
  line: number,
  date: string,
  state: string,
  district: string,
  market: string,
  commodity: string,
  variety: string,
  grade: string,
  modalPrice: number,
  productId: string | null,
  version: number | null,
];

/**
 * A file's rows in a temporary table, so that a file of any length and any order takes effect in date order with
 * bounded memory. Sorting in the process would need the whole file; trusting the file's order would be wrong for some.
 */
export class ImportStaging {
  constructor(private readonly connection: PoolClient) {}

  async fill(rows: AsyncIterable<readonly NewRow[]>): Promise<void> {
    // COPY takes as long as the client does; `drop` takes this back, and a connection that failed is not used again.
    await this.connection.query('SET statement_timeout = 0');
    await this.connection.query('DROP TABLE IF EXISTS staged_rows');
    await this.connection.query(`CREATE TEMPORARY TABLE staged_rows (
      line bigint, date date, state text, district text, market text, commodity text, variety text, grade text,
      "modalPrice" numeric(12, 2), vendor_id text, sku text)`);
    const copy = this.connection.query(
      copyFrom(`COPY staged_rows (${COLUMNS.map((c) => `"${c}"`).join(', ')}, vendor_id, sku) FROM STDIN`),
    );
    await pipeline(Readable.from(copyLines(rows)), copy);
    await this.connection.query('CREATE INDEX ON staged_rows (date, line)');
    await this.connection.query('ANALYZE staged_rows');
  }

  /**
   * All rows behind `from` by date, then by line, `size` at a time; each page is read while the one before is used, and
   * that before it may still be under way.
   */
  async *pages(size: number, from: StagedPlace | null = null): AsyncGenerator<StagedPage> {
    let underWay: string[] = [];
    let next = this.page(size, from ?? { date: '-infinity', line: 0 }, underWay);
    for (;;) {
      const page = await next;
      if (!page) return;
      const changing = page.rows.flatMap(({ seen }) => seen?.id ?? []);
      next = this.page(size, page.end, [...underWay, ...changing]);
      underWay = changing;
      // Handled where it is awaited, which may not happen any more.
      next.catch(() => undefined);
      yield page;
    }
  }

  private async page(size: number, after: StagedPlace, underWay: readonly string[]): Promise<StagedPage | undefined> {
    const { rows } = await this.connection.query<{ rows: string | null; size: number; end: string | null }>({
      name: `read-staged-rows-${size}`,
      text: pageSql(size),
      values: [after.date, after.line, underWay],
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
  const [line, date, state, district, market, commodity, variety, grade, modalPrice, id, version] = values;
  const seen = id === null || version === null ? null : { id, version };
  return { line, date, state, district, market, commodity, variety, grade, modalPrice, seen };
}

/**
 * Chunks of COPY's text format, each row in the order of `COLUMNS`; the reader has refused control characters, so only
 * backslashes need care.
 */
async function* copyLines(batches: AsyncIterable<readonly NewRow[]>): AsyncGenerator<string> {
  for await (const rows of batches) {
    let chunk = '';
    for (const row of rows) {
      const { line, date, state, district, market, commodity, variety, grade, modalPrice } = row;
      const texts = `${state}\t${district}\t${market}\t${commodity}\t${variety}\t${grade}`;
      const values = `${line}\t${date}\t${texts}\t${modalPrice}\t${vendorIdOf(row)}\t${skuOf(row)}\n`;
      chunk += values.includes('\\') ? values.replaceAll('\\', '\\\\') : values;
    }
    if (chunk !== '') yield chunk;
  }
}
