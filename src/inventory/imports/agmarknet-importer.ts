import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { SqlClient } from '../../database/index.js';
import { UnavailableError } from '../../infra/index.js';
import type { WriteOutcome } from '../products/write/product-command.js';
import { ProductWriter } from '../products/write/product-writer.js';
import { VendorService } from '../vendors/vendor.service.js';
import { upsertOf, vendorOfMarket } from './agmarknet-catalogue.js';
import { type ChunkSource, readAgmarknetBatches } from './agmarknet-reader.js';
import { ImportPageSizes } from './import-page-sizes.js';
import { ImportStaging, type NewRow, type StagedPage, type StagedRow } from './import-staging.js';
import { emptySummary, type ImportSummary, reject } from './import-summary.js';

export type { ImportSummary } from './import-summary.js';

/** Each import holds a connection while its client sends. */
const IMPORTS_AT_ONCE = 2;

/** Takes in a daily price file of the Agmarknet portal: rows take effect in date order, bad rows are reported. */
@Injectable()
export class AgmarknetImporter {
  private running = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly vendors: VendorService,
    private readonly writer: ProductWriter,
    private readonly pageSizes: ImportPageSizes,
  ) {}

  /** Throws `AgmarknetHeaderError` if it isn't such a file, `UnavailableError` when two imports run already. */
  import(file: ChunkSource, correlationId?: string): Promise<ImportSummary> {
    return this.withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      const summary = await this.stage(file, staging);
      await this.applyAll(staging.pages(this.pageSizes.unkeyed), summary, correlationId);
      await staging.drop();
      return summary;
    });
  }

  /** The connection of one import; throws `UnavailableError` when two run already. */
  async withConnection<Result>(work: (connection: PoolClient) => Promise<Result>): Promise<Result> {
    if (this.running >= IMPORTS_AT_ONCE) throw new UnavailableError('Other imports are running');
    this.running += 1;
    try {
      return await this.sql.withConnection(work);
    } finally {
      this.running -= 1;
    }
  }

  /** Takes the file in, so far without effect. The summary has its rows and those of them that can't be used. */
  async stage(file: ChunkSource, staging: ImportStaging): Promise<ImportSummary> {
    const summary = emptySummary();
    await staging.fill(acceptedRows(file, summary));
    return summary;
  }

  /** Lets rows take effect, and counts what they did. */
  async apply(page: StagedPage, summary: ImportSummary, correlationId?: string): Promise<void> {
    await this.ensureVendors(page.rows, summary, new Set());
    // One after the other: this may be in a transaction.
    for (const rows of apart(page.rows)) count(rows, await this.write(rows, correlationId), summary);
    summary.unchanged += page.unchanged;
  }

  /**
   * `apply` for all pages, two of them under way at once: with one, the writer's lanes wait for the slowest of them
   * after every page. Pages are handed to the writer in order, and it keeps the order of each product's rows.
   */
  private async applyAll(pages: AsyncIterable<StagedPage>, summary: ImportSummary, correlationId?: string) {
    const known = new Set<string>();
    let before = { rows: [] as readonly StagedRow[], outcomes: Promise.resolve<WriteOutcome[]>([]) };
    for await (const page of pages) {
      summary.unchanged += page.unchanged;
      await this.ensureVendors(page.rows, summary, known);
      const parts = apart(page.rows);
      const written = Promise.all(parts.map((rows) => this.write(rows, correlationId)));
      const outcomes = page.follow(written).then((some) => some.flat());
      outcomes.catch(() => undefined); // told with the next page
      count(before.rows, await before.outcomes, summary);
      before = { rows: parts.flat(), outcomes };
    }
    count(before.rows, await before.outcomes, summary);
  }

  /** @param known ids of vendors that needn't be looked at; the rows' are added to it */
  private async ensureVendors(rows: readonly StagedRow[], summary: ImportSummary, known: Set<string>): Promise<void> {
    const markets = new Map<string, StagedRow>();
    for (const row of rows) if (row.seen === null) markets.set(row.vendorId, row);
    for (const id of markets.keys()) if (known.has(id)) markets.delete(id);
    if (markets.size === 0) return;
    const created = await this.vendors.ensure([...markets.values()].map(vendorOfMarket));
    summary.vendorsCreated += created.size;
    for (const id of markets.keys()) known.add(id);
  }

  private write(rows: readonly StagedRow[], correlationId: string | undefined): Promise<WriteOutcome[]> {
    const commands = rows.map((row) => upsertOf(row, { ...row, seen: row.seen ?? undefined }));
    return this.writer.write(commands, { correlationId });
  }
}

/**
 * Rows of products that are there, and of others: the former can be changed without reading them. No product is in
 * both, so their order in a page doesn't matter.
 */
const apart = (rows: readonly StagedRow[]): StagedRow[][] => [
  rows.filter(({ seen }) => seen !== null),
  rows.filter(({ seen }) => seen === null),
];

function count(rows: readonly StagedRow[], outcomes: readonly WriteOutcome[], summary: ImportSummary): void {
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'created') summary.created += 1;
    else if (outcome.status === 'updated') summary.priceChanged += 1;
    else if (outcome.status === 'rejected') reject(summary, rows[index]!.line, outcome.error.message);
    else summary.unchanged += 1;
  });
}

async function* acceptedRows(file: ChunkSource, summary: ImportSummary): AsyncGenerator<NewRow[]> {
  for await (const lines of readAgmarknetBatches(file)) {
    const rows: NewRow[] = [];
    for (const line of lines) {
      summary.rows += 1;
      if ('row' in line) rows.push({ line: line.line, ...line.row });
      else reject(summary, line.line, line.reason);
    }
    yield rows;
  }
}
