import { Injectable } from '@nestjs/common';
import type { ImportSummary } from '../../contracts/index.js';
import type { Report, WriteOutcome } from '../products/write/product-command.js';
import { ProductPreview } from '../products/write/product-preview.js';
import type { Assumed } from '../products/write/working-set.loader.js';
import { reportOf } from './agmarknet-catalogue.js';
import { ImportPageSizes } from './import-page-sizes.js';
import type { ImportStaging } from './import-staging.js';
import { countOutcomes } from './import-summary.js';

/**
 * Counts what a staged file would do. It decides on rows as the writer does, and commits nothing; products are taken
 * one after the other, since what becomes of one doesn't depend on any other.
 *
 * A transaction that is rolled back was tried in thought and left: it would hold the rows of all its products, and the
 * places of its events in the log, for as long as it takes.
 */
@Injectable()
export class DryRun {
  constructor(
    private readonly preview: ProductPreview,
    private readonly pageSizes: ImportPageSizes,
  ) {}

  async count(staging: ImportStaging, summary: ImportSummary): Promise<void> {
    const newVendors = new Set(await staging.newVendors());
    summary.vendorsCreated = newVendors.size;
    let assumed: Assumed = { products: [], reports: [], vendors: newVendors };
    for await (const rows of staging.byProduct(this.pageSizes.unkeyed)) {
      const commands = rows.map((row) => reportOf(row, row, summary.layout));
      const outcomes = await this.preview.decide(commands, assumed);
      countOutcomes(rows, outcomes, summary);
      assumed = { ...lastOf(commands, outcomes, assumed), vendors: newVendors };
    }
    summary.rejections.sort((one, other) => one.line - other.line);
  }
}

/** The last product of a page, as its rows so far leave it, and what they report: more of them may follow. */
function lastOf(
  commands: readonly Report[],
  outcomes: readonly WriteOutcome[],
  before: Assumed,
): Omit<Assumed, 'vendors'> {
  const products = new Map(before.products.map((product) => [product.id, product]));
  const reports = [...before.reports];
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'rejected') return;
    const { id } = outcome.product;
    products.delete(id);
    products.set(id, outcome.product);
    reports.push({ productId: id, report: { ...commands[index]!.report, revision: 1 } });
  });
  const last = [...products.values()].at(-1);
  return { products: last ? [last] : [], reports: reports.filter(({ productId }) => productId === last?.id) };
}
