import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { AgmarknetRow } from './agmarknet-row.js';

export interface StagedRow extends AgmarknetRow {
  line: number;
}

/** Where a row stands among all rows of a file, by date and then by line. */
export type StagedPlace = Pick<StagedRow, 'date' | 'line'>;

const COLUMNS = ['line', 'date', 'state', 'district', 'market', 'commodity', 'variety', 'grade', 'modalPrice'] as const;

/**
 * A file's rows in a temporary table, so that a file of any length and any order takes effect in date order with
 * bounded memory. Sorting in the process would need the whole file; trusting the file's order would be wrong for some.
 */
export class ImportStaging {
  constructor(private readonly connection: PoolClient) {}

  async fill(rows: AsyncIterable<StagedRow>): Promise<void> {
    // COPY takes as long as the client does; `drop` takes this back, and a connection that failed is not used again.
    await this.connection.query('SET statement_timeout = 0');
    await this.connection.query('DROP TABLE IF EXISTS staged_rows');
    await this.connection.query(`CREATE TEMPORARY TABLE staged_rows (
      line bigint, date date, state text, district text, market text, commodity text, variety text, grade text,
      "modalPrice" numeric(12, 2))`);
    const copy = this.connection.query(
      copyFrom(`COPY staged_rows (${COLUMNS.map((c) => `"${c}"`).join(', ')}) FROM STDIN`),
    );
    await pipeline(Readable.from(copyLines(rows)), copy);
    await this.connection.query('CREATE INDEX ON staged_rows (date, line)');
    await this.connection.query('ANALYZE staged_rows');
  }

  /** All rows behind `from` by date, then by line, `size` at a time; each page is read while the one before is used. */
  async *pages(size: number, from: StagedPlace | null = null): AsyncGenerator<StagedRow[]> {
    let next = this.page(size, from ?? { date: '-infinity', line: 0 });
    for (;;) {
      const page = await next;
      if (page.length === 0) return;
      next = this.page(size, page.at(-1)!);
      // Told where it is waited for; nobody may come to that any more.
      next.catch(() => undefined);
      yield page;
    }
  }

  private async page(size: number, after: StagedPlace): Promise<StagedRow[]> {
    const { rows } = await this.connection.query<Omit<StagedRow, 'line' | 'modalPrice'> & Record<string, string>>({
      name: 'read-staged-rows',
      text: `SELECT line, date::text AS date, state, district, market, commodity, variety, grade, "modalPrice"
             FROM staged_rows WHERE (date, line) > ($1::date, $2::bigint) ORDER BY date, line LIMIT $3`,
      values: [after.date, after.line, size],
    });
    return rows.map((row) => ({ ...row, line: Number(row.line), modalPrice: Number(row.modalPrice) }));
  }

  async drop(): Promise<void> {
    await this.connection.query('DROP TABLE IF EXISTS staged_rows');
    await this.connection.query('RESET statement_timeout');
  }
}

/** Chunks of COPY's text format; the reader has refused control characters, so only backslashes need care. */
async function* copyLines(rows: AsyncIterable<StagedRow>): AsyncGenerator<string> {
  let chunk = '';
  for await (const row of rows) {
    chunk += `${COLUMNS.map((column) => String(row[column]).replaceAll('\\', '\\\\')).join('\t')}\n`;
    if (chunk.length < 32_768) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
