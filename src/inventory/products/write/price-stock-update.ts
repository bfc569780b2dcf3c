import type { EventType } from '../../../contracts/index.js';
import { newEventId } from '../../../events/index.js';
import { isExactPrice } from '../../../validation/index.js';
import { isLocated, keyOf, type LocatedUpsert, type ProductWrite, type Update } from './product-command.js';

/** An update of nothing but price and availability, for one version at most. */
interface PriceStockCommand extends Update {
  expectedVersion?: number | undefined;
}

export interface PriceStockUpdate {
  /** Which of the batch's writes it is. */
  index: number;
  write: ProductWrite & { command: PriceStockCommand | LocatedUpsert };
  /** The product's. */
  id: string;
  expectedVersion: number | undefined;
  /** What the events will be called, if it comes to them. */
  eventIds: Partial<Record<EventType, string>>;
}

const PRICE_STOCK_FIELDS: ReadonlySet<string> = new Set(['basePrice', 'availability']);
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * The first change of each product, if all of the writes are changes of price and availability; else nothing, since
 * among others the order could matter.
 */
export function priceStockUpdates(writes: readonly ProductWrite[]): PriceStockUpdate[] | undefined {
  const changes: PriceStockUpdate[] = [];
  /** Ids and keys of the products that writes so far may be about. */
  const taken = new Set<string>();
  for (const [index, write] of writes.entries()) {
    if (!isPriceStockUpdate(write)) return undefined;
    const { command } = write;
    const { id } = command.kind === 'update' ? command : command.seen;
    // Upserts of one vendor and sku may have seen two products, of which the first is gone: they keep their order.
    const key = keyOf(command);
    const isBehind = taken.has(id) || (key !== id && taken.has(key));
    taken.add(id);
    if (key !== id) taken.add(key);
    if (isBehind) continue;
    const { updates } = command;
    const eventIds: PriceStockUpdate['eventIds'] = {};
    if (updates.basePrice !== undefined) eventIds.price_changed = newEventId();
    if (updates.availability !== undefined) eventIds.availability_changed = newEventId();
    const expectedVersion = command.kind === 'update' ? command.expectedVersion : command.seen.version;
    changes.push({ index, write, id, expectedVersion, eventIds });
  }
  return changes;
}

function isPriceStockUpdate(write: ProductWrite): write is PriceStockUpdate['write'] {
  const { command } = write;
  if (command.kind !== 'update' && !isLocated(command)) return false;
  const { updates } = command;
  const version = command.kind === 'update' ? command.expectedVersion : undefined;
  for (const field in updates) {
    if (!PRICE_STOCK_FIELDS.has(field) && updates[field as keyof typeof updates] !== undefined) return false;
  }
  if (updates.basePrice === undefined && updates.availability === undefined) return false;
  // A finer price is stored rounded, and its event must be of what is stored.
  if (updates.basePrice !== undefined && !isExactPrice(updates.basePrice)) return false;
  return version === undefined || (typeof version === 'number' && version <= MAX_INTEGER);
}
