import { Injectable } from '@nestjs/common';
import { SqlClient } from '../../../database/index.js';
import { type ProductRow, productOf } from '../product.entity.js';
import { LOAD_BY_ID, LOAD_BY_SKU, LOAD_VENDOR_IDS } from './load-products.sql.js';
import type { ProductCommand } from './product-command.js';
import { WorkingSet } from './working-set.js';

/** Reads what a batch of commands needs: at most one query each by id, by sku and for vendors, side by side. */
@Injectable()
export class WorkingSetLoader {
  constructor(private readonly sql: SqlClient) {}

  async load(commands: readonly ProductCommand[]): Promise<WorkingSet> {
    const ids = new Set<string>();
    const skus = new Map<string, [vendorId: string, sku: string]>();
    const vendorIds = new Set<string>();
    for (const command of commands) {
      if (command.kind === 'update' || command.kind === 'delete') {
        ids.add(command.id);
        continue;
      }
      const { vendorId, sku } = command.kind === 'upsert' ? command : command.data;
      vendorIds.add(vendorId);
      if (sku !== undefined) skus.set(`${vendorId} ${sku}`, [vendorId, sku]);
    }
    const [byId, bySku, vendors] = await Promise.all([
      this.byId([...ids]),
      this.bySku([...skus.values()]),
      this.vendors([...vendorIds]),
    ]);
    return new WorkingSet([...byId, ...bySku].map(productOf), vendors);
  }

  private byId(ids: string[]): Promise<ProductRow[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.sql.query<ProductRow>(LOAD_BY_ID, [ids]);
  }

  private bySku(skus: [string, string][]): Promise<ProductRow[]> {
    if (skus.length === 0) return Promise.resolve([]);
    return this.sql.query<ProductRow>(LOAD_BY_SKU, [skus.map(([vendorId]) => vendorId), skus.map(([, sku]) => sku)]);
  }

  private async vendors(ids: string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.sql.query<{ id: string }>(LOAD_VENDOR_IDS, [ids]);
    return new Set(rows.map(({ id }) => id));
  }
}
