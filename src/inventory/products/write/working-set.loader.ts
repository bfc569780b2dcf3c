import { Injectable } from '@nestjs/common';
import type { Product } from '../../../contracts/index.js';
import { SqlClient } from '../../../database/index.js';
import { inSlices } from '../../../infra/index.js';
import { type KnownReport, KnownReports } from '../prices/known-reports.js';
import { LOAD_REPORTS } from '../prices/load-reports.sql.js';
import { LOAD_BY_ID, LOAD_BY_SKU, LOAD_VENDOR_IDS, type LoadedProduct, loadedProduct } from './load-products.sql.js';
import type { ProductCommand, Report } from './product-command.js';
import { WorkingSet } from './working-set.js';

/** What is taken to be there. */
export interface Assumed {
  products: readonly Product[];
  reports: readonly KnownReport[];
  /** Their ids. */
  vendors: ReadonlySet<string>;
}

const NOTHING: Assumed = { products: [], reports: [], vendors: new Set() };

/** Reads what a batch of commands needs: at most one query each by id, by sku and for vendors, side by side. */
@Injectable()
export class WorkingSetLoader {
  constructor(private readonly sql: SqlClient) {}

  /** @param assumed what is there as well, in place of what is stored */
  async load(commands: readonly ProductCommand[], assumed: Assumed = NOTHING): Promise<WorkingSet> {
    const ids = new Set<string>();
    const skus = new Map<string, [vendorId: string, sku: string]>();
    const vendorIds = new Set<string>();
    for (const command of commands) {
      if (command.kind === 'update' || command.kind === 'delete') {
        ids.add(command.id);
        continue;
      }
      const { vendorId, sku } = command.kind === 'create' ? command.data : command;
      vendorIds.add(vendorId);
      if (sku !== undefined) skus.set(`${vendorId} ${sku}`, [vendorId, sku]);
    }
    const [byId, bySku, vendors, reports] = await Promise.all([
      this.byId([...ids]),
      this.bySku([...skus.values()]),
      this.vendors([...vendorIds]),
      this.reports(commands.filter((command) => command.kind === 'report')),
    ]);
    for (const id of assumed.vendors) vendors.add(id);
    // Of two products with an id the first one counts, of two reports of a day the last one.
    const products = [...assumed.products];
    await inSlices([...byId, ...bySku], (row) => products.push(loadedProduct(row)));
    return new WorkingSet(products, vendors, new KnownReports([...reports, ...assumed.reports]));
  }

  private byId(ids: string[]): Promise<LoadedProduct[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.sql.query<LoadedProduct>(LOAD_BY_ID, [ids]);
  }

  private bySku(skus: [string, string][]): Promise<LoadedProduct[]> {
    if (skus.length === 0) return Promise.resolve([]);
    return this.sql.query<LoadedProduct>(LOAD_BY_SKU, [skus.map(([vendorId]) => vendorId), skus.map(([, sku]) => sku)]);
  }

  /**
   * Read beside the products: what another writer reports between the two reads either gives the product a new version,
   * or is a revision that can't be stored twice.
   */
  private reports(commands: readonly Report[]): Promise<KnownReport[]> {
    if (commands.length === 0) return Promise.resolve([]);
    return this.sql.query<KnownReport>(LOAD_REPORTS, [
      commands.map(({ vendorId }) => vendorId),
      commands.map(({ sku }) => sku),
      commands.map(({ report }) => report.day),
    ]);
  }

  private async vendors(ids: string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.sql.query<{ id: string }>(LOAD_VENDOR_IDS, [ids]);
    return new Set(rows.map(({ id }) => id));
  }
}
