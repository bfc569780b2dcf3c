import type { ProductEventType } from '../../../contracts/index.js';
import { newEventId } from '../../../events/index.js';
import { isExactPrice } from '../../../validation/index.js';
import type { ProductWrite, Update } from './product-command.js';

/** An update of nothing but price and availability, for one version at most. */
interface PriceStockCommand extends Update {
  expectedVersion?: number | undefined;
}

export interface PriceStockUpdate {
  /** Which of the batch's writes it is. */
  index: number;
  write: ProductWrite & { command: PriceStockCommand };
  /** The product's. */
  id: string;
  expectedVersion: number | undefined;
  /** What the events will be called, if it comes to them. */
  eventIds: Partial<Record<ProductEventType, string>>;
}

const PRICE_STOCK_FIELDS: ReadonlySet<string> = new Set(['basePrice', 'availability']);
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * The first change of each product, if all of the writes are changes of price and availability; else nothing, since
 * among others the order could matter.
 */
export function priceStockUpdates(writes: readonly ProductWrite[]): PriceStockUpdate[] | undefined {
  const changes: PriceStockUpdate[] = [];
  const taken = new Set<string>();
  for (const [index, write] of writes.entries()) {
    if (!isPriceStockUpdate(write)) return undefined;
    const { id, updates, expectedVersion } = write.command;
    if (taken.has(id)) continue;
    taken.add(id);
    const eventIds: PriceStockUpdate['eventIds'] = {};
    if (updates.basePrice !== undefined) eventIds.price_changed = newEventId();
    if (updates.availability !== undefined) eventIds.availability_changed = newEventId();
    changes.push({ index, write, id, expectedVersion, eventIds });
  }
  return changes;
}

function isPriceStockUpdate(write: ProductWrite): write is PriceStockUpdate['write'] {
  const { command } = write;
  if (command.kind !== 'update') return false;
  const { updates, expectedVersion: version } = command;
  for (const field in updates) {
    if (!PRICE_STOCK_FIELDS.has(field) && updates[field as keyof typeof updates] !== undefined) return false;
  }
  if (updates.basePrice === undefined && updates.availability === undefined) return false;
  // A finer price is stored rounded, and its event must be of what is stored.
  if (updates.basePrice !== undefined && !isExactPrice(updates.basePrice)) return false;
  return version === undefined || (typeof version === 'number' && version <= MAX_INTEGER);
}
