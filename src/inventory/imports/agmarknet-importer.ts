import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import type { ImportSummary } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { UnavailableError } from '../../infra/index.js';
import type { Caller } from '../event-origin.js';
import type { WriteOutcome } from '../products/write/product-command.js';
import { type CheckedCommands, ProductWriter } from '../products/write/product-writer.js';
import { VendorService } from '../vendors/vendor.service.js';
import { reportOf, vendorOfMarket } from './agmarknet-catalogue.js';
import { DryRun } from './dry-run.js';
import { ImportMetrics } from './import.metrics.js';
import { ImportNothingUsableError } from './import.errors.js';
import { ImportPageSizes } from './import-page-sizes.js';
import { ImportStaging, type StagedPage, type StagedRow } from './import-staging.js';
import { countLine, countOutcomes, emptySummary } from './import-summary.js';
import { ImportMarkets } from './market-identity/import-markets.js';
import { MarketVendors } from './market-identity/market-vendors.js';
import type { ChunkSource } from './price-file/chunk-source.js';
import type { FileParameters } from './price-file/file-reader.js';
import { openPriceFile, type PriceFile } from './price-file/price-file.js';
import type { PriceReport } from './price-report.js';

/** Each import holds a connection while its client sends. */
const IMPORTS_AT_ONCE = 2;

/** Takes in a price file of any layout: rows take effect in the order of their days, bad rows are reported. */
@Injectable()
export class AgmarknetImporter {
  private running = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly vendors: VendorService,
    private readonly markets: MarketVendors,
    private readonly writer: ProductWriter,
    private readonly pageSizes: ImportPageSizes,
    private readonly dryRun: DryRun,
    private readonly metrics: ImportMetrics,
  ) {}

  /** @throws what `stage` throws; `UnavailableError` when two imports run already */
  import(file: ChunkSource, parameters: FileParameters, caller: Caller = {}): Promise<ImportSummary> {
    return this.staged(file, parameters, async (staging, summary) => {
      await this.applyAll(staging.pages(this.pageSizes.unkeyed), summary, importOf(caller, summary));
      this.metrics.done(summary);
    });
  }

  /** What `import` would do, as long as nothing else changes; does nothing of it. Throws the same. */
  preview(file: ChunkSource, parameters: FileParameters): Promise<ImportSummary> {
    return this.staged(file, parameters, (staging, summary) => this.dryRun.count(staging, summary));
  }

  private staged(
    file: ChunkSource,
    parameters: FileParameters,
    work: (staging: ImportStaging, summary: ImportSummary) => Promise<void>,
  ): Promise<ImportSummary> {
    return this.withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      const summary = await this.stage(file, parameters, staging);
      await work(staging, summary);
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

  /**
   * Takes the file in, so far without effect. The summary has its rows and those of them that can't be used.
   * @throws what `openPriceFile` throws; `ImportNothingUsableError`
   */
  async stage(file: ChunkSource, parameters: FileParameters, staging: ImportStaging): Promise<ImportSummary> {
    const { layout, batches } = await openPriceFile(file, parameters);
    const summary = emptySummary(layout);
    const markets = new ImportMarkets(this.markets, summary.aliasCandidates);
    await staging.fill(markets.locate(acceptedReports(batches, summary)));
    if (summary.rejected === summary.rows) throw new ImportNothingUsableError(summary);
    return summary;
  }

  /** Lets rows take effect, and counts what they did. */
  async apply(page: StagedPage, summary: ImportSummary, caller: Caller): Promise<void> {
    const origin = importOf(caller, summary);
    await this.ensureVendors(page.rows, summary, origin, new Set());
    countOutcomes(page.rows, await this.write(await this.check(page.rows, summary), origin), summary);
    summary.unchanged += page.unchanged;
  }

  /**
   * `apply` for all pages, two of them under way at once: with one, the writer's batchers wait for the slowest of them
   * after every page. Pages are handed to the writer in order, and it keeps the order of each product's rows.
   */
  private async applyAll(pages: AsyncIterable<StagedPage>, summary: ImportSummary, origin: Caller) {
    const known = new Set<string>();
    let before = { rows: [] as readonly StagedRow[], outcomes: Promise.resolve<WriteOutcome[]>([]) };
    for await (const page of pages) {
      summary.unchanged += page.unchanged;
      await this.ensureVendors(page.rows, summary, origin, known);
      const checked = await this.check(page.rows, summary);
      const outcomes = page.follow(this.write(checked, origin));
      outcomes.catch(() => undefined); // told with the next page
      countOutcomes(before.rows, await before.outcomes, summary);
      before = { rows: page.rows, outcomes };
    }
    countOutcomes(before.rows, await before.outcomes, summary);
  }

  /** @param known ids of vendors that needn't be looked at; the rows' are added to it */
  private async ensureVendors(
    rows: readonly StagedRow[],
    summary: ImportSummary,
    origin: Caller,
    known: Set<string>,
  ): Promise<void> {
    const markets = new Map<string, StagedRow>();
    for (const row of rows) {
      if (!row.known && !known.has(row.vendorId) && !markets.has(row.vendorId)) markets.set(row.vendorId, row);
    }
    if (markets.size === 0) return;
    const created = await this.vendors.ensure([...markets.values()].map(vendorOfMarket), origin);
    await this.markets.keep([...markets.values()]);
    summary.vendorsCreated += created.size;
    for (const id of markets.keys()) known.add(id);
  }

  private check(rows: readonly StagedRow[], { layout }: ImportSummary): Promise<CheckedCommands> {
    return this.writer.check(rows.map((row) => reportOf(row, row, layout)));
  }

  /** Throws for a row that isn't done for now: the import as a whole is to be repeated. */
  private async write(checked: CheckedCommands, origin: Caller): Promise<WriteOutcome[]> {
    const outcomes = await this.writer.writeChecked(checked, origin);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && outcome.error instanceof UnavailableError) throw outcome.error;
    }
    return outcomes;
  }
}

/** What the events of an import say: that it is one, who asked for it, and which. */
function importOf({ by, correlationId, cause }: Caller, { importId }: ImportSummary): Caller {
  return { actor: { kind: 'import', id: by?.subject ?? importId }, correlationId, cause: { ...cause, importId } };
}

async function* acceptedReports(batches: PriceFile['batches'], summary: ImportSummary): AsyncGenerator<PriceReport[]> {
  for await (const lines of batches) {
    const reports: PriceReport[] = [];
    for (const line of lines) {
      countLine(summary, line);
      if ('report' in line) reports.push(line.report);
    }
    yield reports;
  }
}
