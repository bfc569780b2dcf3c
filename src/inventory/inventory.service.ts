import { Injectable } from '@nestjs/common';
import type {
  Availability,
  InventoryEvent,
  NewProduct,
  Principal,
  Product,
  ProductUpdates,
  VendorInventoryStats,
} from '../contracts/index.js';
import { vendorScopeOf, ForbiddenError, requireOwner } from '../auth/index.js';
import { SqlClient } from '../database/index.js';
import type { ExpectedVersion } from './if-match.js';
import { type ProductRow, productOf } from './products/product.entity.js';
import { ProductNotFoundError } from './products/product.errors.js';
import { LOAD_BY_ID, LOAD_FOREIGN } from './products/write/load-products.sql.js';
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

export interface WriteOptions {
  /** Who asks; a vendor may change its own inventory only (`ForbiddenError`). Absent: the caller is trusted. */
  by?: Principal | undefined;
  /** Stored on the events; made up when absent. */
  correlationId?: string | undefined;
  /** The version the change is meant for; `VersionMismatchError` if there is another. */
  expectedVersion?: ExpectedVersion | undefined;
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
  createProduct(data: NewProduct, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'create', data }, options);
  }

  /**
   * Returns the product as it is now, with an unchanged version if nothing differs.
   * Throws `ProductNotFoundError`, `DuplicateSkuError`, and `VersionMismatchError` if `expectedVersion` isn't current.
   */
  updateProduct(id: string, updates: ProductUpdates, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'update', id, updates, expectedVersion: options.expectedVersion }, options);
  }

  /** Throws `ProductNotFoundError`. */
  updateAvailability(id: string, availability: Availability, options: WriteOptions = {}): Promise<Product> {
    return this.updateProduct(id, { availability }, options);
  }

  /** Returns the last state. Throws `ProductNotFoundError`. */
  deleteProduct(id: string, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'delete', id, expectedVersion: options.expectedVersion }, options);
  }

  /** One result per update, in order; those that can be done are done. None is if any is another vendor's. */
  async bulkUpdateAvailability(
    updates: readonly { productId: string; availability: Availability }[],
    { by, correlationId }: WriteOptions = {},
  ): Promise<BulkAvailabilityResult[]> {
    const owner = vendorScopeOf(by);
    if (owner !== undefined) await this.refuseForeign(updates, owner);
    const outcomes = await this.writer.write(
      updates.map(({ productId, availability }) => ({ kind: 'update', id: productId, updates: { availability } })),
      { owner, correlationId },
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
  async upsertInventory(
    vendorId: string,
    items: readonly InventoryItem[],
    { by, correlationId }: WriteOptions = {},
  ): Promise<InventoryItemResult[]> {
    requireOwner(vendorScopeOf(by), vendorId);
    await this.vendors.get(vendorId);
    const outcomes = await this.writer.write(
      items.map(({ sku, ...fields }) => ({ kind: 'upsert', vendorId, sku, updates: fields, create: fields })),
      { correlationId },
    );
    return outcomes.map((outcome, index) => itemResult(items[index]!.sku, outcome));
  }

  /** Throws `ProductNotFoundError`. */
  async getProduct(id: string): Promise<Product> {
    const [row] = await this.sql.read<ProductRow>(LOAD_BY_ID, [[id]]);
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

  /** A product never changes its vendor, so the owner checked here is still the owner at the write. */
  private async refuseForeign(updates: readonly { productId: string }[], owner: string): Promise<void> {
    const foreign = await this.sql.query(LOAD_FOREIGN, [updates.map(({ productId }) => productId), owner]);
    if (foreign.length > 0) throw new ForbiddenError('Some of the products belong to another vendor');
  }

  private async writeOne(command: ProductCommand, { by, correlationId }: WriteOptions): Promise<Product> {
    const [outcome] = await this.writer.write([command], { owner: vendorScopeOf(by), correlationId });
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
