import { Injectable } from '@nestjs/common';
import type {
  Availability,
  InventoryEvent,
  NewProduct,
  Product,
  ProductUpdates,
  VendorInventoryStats,
} from '../contracts/index.js';
import { SqlClient } from '../infra/index.js';
import { type ProductRow, productOf } from './products/product.entity.js';
import { ProductNotFoundError } from './products/product.errors.js';
import { LOAD_BY_ID } from './products/write/load-products.sql.js';
import { ProductHistory } from './products/product-history.js';
import type { ProductCommand, WriteOutcome } from './products/write/product-command.js';
import { ProductWriter } from './products/write/product-writer.js';
import { VendorStatsReader } from './vendors/vendor-stats.js';
import { VendorService } from './vendors/vendor.service.js';

export interface BulkAvailabilityResult {
  productId: string;
  status: 'updated' | 'unchanged' | 'not_found';
  /** Absent when there is no such product. */
  version?: number;
}

/** A vendor's own line: its sku and whatever is to be set. A new sku needs name, category and basePrice. */
export type InventoryItem = ProductUpdates & { sku: string };

export interface InventoryItemResult {
  sku: string;
  productId: string | null;
  status: 'created' | 'updated' | 'unchanged' | 'rejected';
  version: number | null;
  reason?: string;
}

/**
 * Products and their stock. A write resolves when the change and its events are durable and every cached search that
 * it touches is out of date for all readers; it throws an `AppError` if the change was refused.
 */
@Injectable()
export class InventoryService {
  constructor(
    private readonly sql: SqlClient,
    private readonly writer: ProductWriter,
    private readonly vendors: VendorService,
    private readonly vendorStats: VendorStatsReader,
    private readonly history: ProductHistory,
  ) {}

  /** Throws `VendorNotFoundError`, `DuplicateSkuError`. */
  createProduct(data: NewProduct): Promise<Product> {
    return this.writeOne({ kind: 'create', data });
  }

  /**
   * Returns the product as it is now, with an unchanged version if nothing differs.
   * Throws `ProductNotFoundError`, `DuplicateSkuError`, and `VersionMismatchError` if `expectedVersion` isn't current.
   */
  updateProduct(id: string, updates: ProductUpdates, expectedVersion?: number): Promise<Product> {
    return this.writeOne({ kind: 'update', id, updates, expectedVersion });
  }

  /** Throws `ProductNotFoundError`. */
  updateAvailability(id: string, availability: Availability): Promise<Product> {
    return this.writeOne({ kind: 'update', id, updates: { availability } });
  }

  /** Returns the last state. Throws `ProductNotFoundError`. */
  deleteProduct(id: string): Promise<Product> {
    return this.writeOne({ kind: 'delete', id });
  }

  /** One result per update, in order; those that can be done are done. */
  async bulkUpdateAvailability(
    updates: readonly { productId: string; availability: Availability }[],
  ): Promise<BulkAvailabilityResult[]> {
    const outcomes = await this.writer.write(
      updates.map(({ productId, availability }) => ({ kind: 'update', id: productId, updates: { availability } })),
    );
    return outcomes.map((outcome, index) => {
      const { productId } = updates[index]!;
      if (outcome.status !== 'rejected') {
        const status = outcome.status === 'updated' ? 'updated' : 'unchanged';
        return { productId, status, version: outcome.product.version };
      }
      if (outcome.error instanceof ProductNotFoundError) return { productId, status: 'not_found' };
      throw outcome.error;
    });
  }

  /** Creates or updates a vendor's products by sku; one result per item, in order. Throws `VendorNotFoundError`. */
  async upsertInventory(vendorId: string, items: readonly InventoryItem[]): Promise<InventoryItemResult[]> {
    await this.vendors.get(vendorId);
    const outcomes = await this.writer.write(
      items.map(({ sku, ...fields }) => ({ kind: 'upsert', vendorId, sku, updates: fields, create: fields })),
    );
    return outcomes.map((outcome, index) => itemResult(items[index]!.sku, outcome));
  }

  /** Throws `ProductNotFoundError`. */
  async getProduct(id: string): Promise<Product> {
    const [row] = await this.sql.query<ProductRow>(LOAD_BY_ID, [[id]]);
    if (!row) throw new ProductNotFoundError(id);
    return productOf(row);
  }

  /** Events of one product, also of a deleted one, in order. Throws `ProductNotFoundError` if there never was any. */
  getProductHistory(
    id: string,
    after: number,
    limit: number,
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    return this.history.read(id, after, limit);
  }

  /** Throws `VendorNotFoundError`. */
  async getVendorInventoryStats(vendorId: string): Promise<VendorInventoryStats> {
    await this.vendors.get(vendorId);
    return this.vendorStats.read(vendorId);
  }

  private async writeOne(command: ProductCommand): Promise<Product> {
    const [outcome] = await this.writer.write([command]);
    if (outcome!.status === 'rejected') throw outcome!.error;
    return outcome!.product;
  }
}

function itemResult(sku: string, outcome: WriteOutcome): InventoryItemResult {
  if (outcome.status === 'rejected') {
    return { sku, productId: null, status: 'rejected', version: null, reason: outcome.error.message };
  }
  const status = outcome.status === 'deleted' ? 'unchanged' : outcome.status;
  return { sku, productId: outcome.product.id, status, version: outcome.product.version };
}
