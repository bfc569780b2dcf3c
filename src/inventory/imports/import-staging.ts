import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { textArray } from '../../database/index.js';
import type { Upsert } from '../products/write/product-command.js';
import { skuOf, vendorIdOf } from './agmarknet-catalogue.js';
import type { AgmarknetRow } from './agmarknet-row.js';

/** A row that may have something to do. */
export interface StagedRow extends AgmarknetRow {
  line: number;
  vendorId: string;
  sku: string;
  /** The product as it was when the page was read, null if it wasn't there. */
  seen: NonNullable<Upsert['seen']> | null;
}

/** A row as it is taken in. */
export type NewRow = AgmarknetRow & Pick<StagedRow, 'line'>;

/** Where a row stands among all rows of a file, by date and then by line. */
export type StagedPlace = Pick<StagedRow, 'date' | 'line'>;

export interface StagedPage {
  /** In order. */
  rows: StagedRow[];
  /** How many others there are, whose product has their price already. */
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

const COLUMNS = ['line', 'date', 'state', 'district', 'market', 'commodity', 'variety', 'grade', 'modalPrice'] as const;

/**
 * The next page: `$1`, `$2` the place before it; `$3`, `$4` vendor and sku of the rows under way, side by side. With a
 * limit that it doesn't know, PostgreSQL would plan for a tenth of all rows.
 *
 * Most prices are those of the day before; such rows needn't leave PostgreSQL. A row is left out, as unchanged, only if
 * the table has the state that all earlier rows of its product leave: none of them is under way, and none in the page
 * differs. Products are told apart by vendor and sku, since a row under way may be about to create its product. Of a
 * product with a row that isn't left out, all rows of the page are returned.
 */
const pageSql = (size: number): string => `
  WITH page AS MATERIALIZED (
    SELECT * FROM staged_rows WHERE (date, line) > ($1::date, $2::bigint) ORDER BY date, line LIMIT ${size}
  ), found AS MATERIALIZED (
    SELECT page.*, p.id AS "productId", p.version, p.base_price IS DISTINCT FROM page."modalPrice"
           OR (page.vendor_id, page.sku) IN (SELECT * FROM unnest($3::text[], $4::text[])) AS differs
    FROM page LEFT JOIN products p ON p.vendor_id = page.vendor_id AND p.sku = page.sku
  ), open AS MATERIALIZED (
    SELECT * FROM found
    WHERE differs OR (vendor_id, sku) IN (SELECT vendor_id, sku FROM found WHERE differs)
    ORDER BY date, line
  )
  SELECT (SELECT json_agg(json_build_array(${COLUMNS.map((column) => `"${column}"`).join(', ')}, vendor_id, sku,
                                           "productId", version))
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
  vendorId: string,
  sku: string,
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
   * All rows behind `from` by date, then by line, `size` at a time. Each page is read while the one before is being
   * used.
   *
   * Maintained invariant: a row is counted as unchanged against a state of the table in which every earlier row has
   * either taken effect or been counted as unchanged itself, or is of another product. So the caller may have any
   * number of pages under way, and needs only to give what it does with each to the page's `follow`.
   */
  async *pages(size: number, from: StagedPlace | null = null): AsyncGenerator<StagedPage> {
    const underWay = new Set<ReadPage>();
    let next = this.read(size, from ?? { date: '-infinity', line: 0 }, underWay);
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
      values: [after.date, after.line, textArray(vendorIds), textArray(skus)],
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
  const [line, date, state, district, market, commodity, variety, grade, modalPrice, ...found] = values;
  const [vendorId, sku, id, version] = found;
  const seen = id === null || version === null ? null : { id, version };
  return { line, date, state, district, market, commodity, variety, grade, modalPrice, vendorId, sku, seen };
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
