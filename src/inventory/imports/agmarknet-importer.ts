import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { SqlClient, UnavailableError } from '../../infra/index.js';
import { ProductWriter } from '../products/write/product-writer.js';
import { VendorService } from '../vendors/vendor.service.js';
import { upsertOf, vendorIdOf, vendorOfMarket } from './agmarknet-catalogue.js';
import { readAgmarknet } from './agmarknet-reader.js';
import { ImportStaging, type StagedRow } from './import-staging.js';

export interface ImportSummary {
  /** Data rows in the file. */
  rows: number;
  vendorsCreated: number;
  created: number;
  priceChanged: number;
  unchanged: number;
  rejected: number;
  /** The first hundred. */
  rejections: { line: number; reason: string }[];
}

const PAGE = 1_000;
const REJECTIONS_LISTED = 100;
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
  ) {}

  /** Throws `AgmarknetHeaderError` if it isn't such a file, `UnavailableError` when two imports run already. */
  async import(file: Readable): Promise<ImportSummary> {
    if (this.running >= IMPORTS_AT_ONCE) throw new UnavailableError('Other imports are running');
    this.running += 1;
    try {
      return await this.sql.withConnection(async (connection) => {
        const staging = new ImportStaging(connection);
        const summary = emptySummary();
        await staging.fill(acceptedRows(file, summary));
        for await (const page of staging.pages(PAGE)) await this.apply(page, summary);
        await staging.drop();
        return summary;
      });
    } finally {
      this.running -= 1;
    }
  }

  private async apply(rows: readonly StagedRow[], summary: ImportSummary): Promise<void> {
    const markets = new Map(rows.map((row) => [vendorIdOf(row), row]));
    const created = await this.vendors.ensure([...markets.values()].map(vendorOfMarket));
    summary.vendorsCreated += created.size;
    const outcomes = await this.writer.write(rows.map(upsertOf));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'created') summary.created += 1;
      else if (outcome.status === 'updated') summary.priceChanged += 1;
      else if (outcome.status === 'rejected') reject(summary, rows[index]!.line, outcome.error.message);
      else summary.unchanged += 1;
    });
  }
}

async function* acceptedRows(file: Readable, summary: ImportSummary): AsyncGenerator<StagedRow> {
  for await (const line of readAgmarknet(file)) {
    summary.rows += 1;
    if ('row' in line) yield { line: line.line, ...line.row };
    else reject(summary, line.line, line.reason);
  }
}

function reject(summary: ImportSummary, line: number, reason: string): void {
  summary.rejected += 1;
  if (summary.rejections.length < REJECTIONS_LISTED) summary.rejections.push({ line, reason });
}

function emptySummary(): ImportSummary {
  return { rows: 0, vendorsCreated: 0, created: 0, priceChanged: 0, unchanged: 0, rejected: 0, rejections: [] };
}
