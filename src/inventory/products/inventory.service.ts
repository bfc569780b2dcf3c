import { Injectable } from '@nestjs/common';
import type {
  Availability,
  InventoryEvent,
  NewProduct,
  Product,
  ProductUpdates,
  VendorInventoryStats,
} from '../../contracts/index.js';
import { vendorScopeOf, ForbiddenError, requireOwner } from '../../auth/index.js';
import { SqlClient } from '../../database/index.js';
import { AwaitOthers } from '../../events/index.js';
import { inSlices, ValidationFailedError } from '../../infra/index.js';
import { SearchCacheService } from '../../search-cache/index.js';
import { idRule } from '../../validation/index.js';
import type { Caller } from '../event-origin.js';
import type { ExpectedVersion } from '../if-match.js';
import {
  type BulkAvailabilityResult,
  commandOfItem,
  commandOfUpdate,
  type InventoryItem,
  type InventoryItemResult,
  resultOfItem,
  resultOfUpdate,
} from './bulk-items.js';
import { AVAILABILITY } from './product-rules.js';
import { ProductNotFoundError } from './product.errors.js';
import { LOAD_BY_ID, LOAD_FOREIGN, type LoadedProduct, loadedProduct } from './write/load-products.sql.js';
import { ProductHistory } from './product-history.js';
import type { ProductCommand, Update, WriteOutcome } from './write/product-command.js';
import { ProductWriter, type WriteAuthor } from './write/product-writer.js';
import { RequestWords } from './write/word-limits.js';
import { VendorStatsReader } from '../vendors/vendor-stats.js';
import { VendorService } from '../vendors/vendor.service.js';

/** A vendor (`by`) may change its own inventory only (`ForbiddenError`). */
export interface WriteOptions extends Caller {
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
    private readonly cache: SearchCacheService,
    private readonly others: AwaitOthers,
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
    options: WriteOptions = {},
  ): Promise<BulkAvailabilityResult[]> {
    const owner = vendorScopeOf(options.by);
    const commands: Update[] = [];
    await inSlices(updates, (update) => commands.push(commandOfUpdate(update)));
    if (owner !== undefined) await this.refuseForeign(commands, owner);
    const outcomes = await this.write(commands, { ...options, owner });
    return outcomes.map((outcome, index) => resultOfUpdate(updates[index]!, outcome));
  }

  /**
   * Creates or updates a vendor's products by sku; one result per item, in order; one that isn't valid is rejected.
   * Throws `VendorNotFoundError`, and `ValidationFailedError` if there are too many words in it.
   */
  async upsertInventory(
    vendorId: string,
    items: readonly InventoryItem[],
    options: WriteOptions = {},
  ): Promise<InventoryItemResult[]> {
    requireOwner(vendorScopeOf(options.by), vendorId);
    await this.vendors.get(vendorId);
    const commands: ProductCommand[] = [];
    const words = new RequestWords();
    await inSlices(items, (item) => {
      const fault = words.add(item);
      if (fault) throw new ValidationFailedError([{ field: 'items', message: fault }]);
      commands.push(commandOfItem(vendorId, item));
    });
    const outcomes = await this.write(commands, options);
    return outcomes.map((outcome, index) => resultOfItem(items[index]!, outcome));
  }

  /** Throws `ProductNotFoundError`. */
  async getProduct(id: string): Promise<Product> {
    const floor = this.sql.hasReplicas ? await this.cache.floor() : undefined;
    const [row] = await this.sql.read<LoadedProduct>(LOAD_BY_ID, [[id]], floor);
    if (!row) throw new ProductNotFoundError(id);
    return loadedProduct(row);
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
  getVendorInventoryStats(vendorId: string): Promise<VendorInventoryStats> {
    return this.vendorStats.read(vendorId);
  }

  /** A product never changes its vendor, so the owner checked here is still the owner at the write. */
  private async refuseForeign(commands: readonly { id: string }[], owner: string): Promise<void> {
    const ids = commands.map(({ id }) => id).filter((id) => idRule(id) === undefined);
    const foreign = await this.sql.query(LOAD_FOREIGN, [ids, owner]);
    if (foreign.length > 0) throw new ForbiddenError('Some of the products belong to another vendor');
  }

  private async write(commands: readonly ProductCommand[], author: WriteAuthor): Promise<WriteOutcome[]> {
    const outcomes = await this.writer.write(commands, author);
    await this.others.announced(
      outcomes.flatMap((outcome) => (outcome.status === 'unchanged' ? [outcome.product] : [])),
    );
    return outcomes;
  }

  private async writeOne(command: ProductCommand, options: WriteOptions): Promise<Product> {
    const [outcome] = await this.write([command], { ...options, owner: vendorScopeOf(options.by) });
    if (outcome!.status === 'rejected') throw outcome!.error;
    return outcome!.product;
  }
}
