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
import { idRule } from '../validation/index.js';
import type { ExpectedVersion } from './if-match.js';
import { type ProductRow, productOf } from './products/product.entity.js';
import {
  type BulkAvailabilityResult,
  commandOfItem,
  commandOfUpdate,
  type InventoryItem,
  type InventoryItemResult,
  resultOfItem,
  resultOfUpdate,
} from './products/bulk-items.js';
import { AVAILABILITY } from './products/product-rules.js';
import { ProductNotFoundError } from './products/product.errors.js';
import { LOAD_BY_ID, LOAD_FOREIGN } from './products/write/load-products.sql.js';
import { ProductHistory } from './products/product-history.js';
import type { ProductCommand } from './products/write/product-command.js';
import { ProductWriter } from './products/write/product-writer.js';
import { VendorStatsReader } from './vendors/vendor-stats.js';
import { VendorService } from './vendors/vendor.service.js';

export interface WriteOptions {
  /** Who asks; a vendor may change its own inventory only (`ForbiddenError`). Absent: the caller is trusted. */
  by?: Principal | undefined;
  /** Stored on the events; made up when absent. */
  correlationId?: string | undefined;
  /** The version the change is meant for; `VersionMismatchError` if there is another. */
  expectedVersion?: ExpectedVersion | undefined;
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

  /** Throws `ValidationFailedError`, `VendorNotFoundError`, `DuplicateSkuError`. */
  createProduct(data: NewProduct, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'create', data }, options);
  }

  /**
   * Returns the product as it is now, with an unchanged version if nothing differs.
   * Throws `ValidationFailedError`, `ProductNotFoundError`, `DuplicateSkuError`, and `VersionMismatchError` if
   * `expectedVersion` isn't current.
   */
  updateProduct(id: string, updates: ProductUpdates, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'update', id, updates, expectedVersion: options.expectedVersion }, options);
  }

  /** Throws `ProductNotFoundError`. */
  updateAvailability(id: string, availability: Availability, options: WriteOptions = {}): Promise<Product> {
    const { expectedVersion } = options;
    return this.writeOne(
      { kind: 'update', id, updates: { availability }, fields: AVAILABILITY, expectedVersion },
      options,
    );
  }

  /** Returns the last state. Throws `ProductNotFoundError`. */
  deleteProduct(id: string, options: WriteOptions = {}): Promise<Product> {
    return this.writeOne({ kind: 'delete', id, expectedVersion: options.expectedVersion }, options);
  }

  /**
   * One result per update, in order; those that can be done are done, one that isn't valid is rejected. None is if any
   * is another vendor's (`ForbiddenError`).
   */
  async bulkUpdateAvailability(
    updates: readonly { productId: string; availability: Availability }[],
    { by, correlationId }: WriteOptions = {},
  ): Promise<BulkAvailabilityResult[]> {
    const owner = vendorScopeOf(by);
    const commands = updates.map(commandOfUpdate);
    if (owner !== undefined) await this.refuseForeign(commands, owner);
    const outcomes = await this.writer.write(commands, { owner, correlationId });
    return outcomes.map((outcome, index) => resultOfUpdate(updates[index]!, outcome));
  }

  /**
   * Creates or updates a vendor's products by sku; one result per item, in order; one that isn't valid is rejected.
   * Throws `VendorNotFoundError`.
   */
  async upsertInventory(
    vendorId: string,
    items: readonly InventoryItem[],
    { by, correlationId }: WriteOptions = {},
  ): Promise<InventoryItemResult[]> {
    requireOwner(vendorScopeOf(by), vendorId);
    await this.vendors.get(vendorId);
    const commands = items.map((item) => commandOfItem(vendorId, item));
    const outcomes = await this.writer.write(commands, { correlationId });
    return outcomes.map((outcome, index) => resultOfItem(items[index]!, outcome));
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
  private async refuseForeign(commands: readonly { id: string }[], owner: string): Promise<void> {
    const ids = commands.map(({ id }) => id).filter((id) => idRule(id) === undefined);
    const foreign = await this.sql.query(LOAD_FOREIGN, [ids, owner]);
    if (foreign.length > 0) throw new ForbiddenError('Some of the products belong to another vendor');
  }

  private async writeOne(command: ProductCommand, { by, correlationId }: WriteOptions): Promise<Product> {
    const [outcome] = await this.writer.write([command], { owner: vendorScopeOf(by), correlationId });
    if (outcome!.status === 'rejected') throw outcome!.error;
    return outcome!.product;
  }
}
