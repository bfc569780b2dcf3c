import type { Availability, ProductUpdates } from '../../contracts/index.js';
import { type AppError, ValidationFailedError } from '../../infra/index.js';
import { isRecord, UNKNOWN } from '../../validation/index.js';
import { AVAILABILITY } from './product-rules.js';
import { ProductNotFoundError } from './product.errors.js';
import { ProductLockedError } from './write/locked-products.js';
import type { ProductCommand, Update, WriteOutcome } from './write/product-command.js';

/** Why one item of many wasn't done; the others are. */
interface Rejection {
  /** For people. */
  reason?: string;
  /** The first field at fault; absent if it is the item as a whole. */
  field?: string;
}

export interface BulkAvailabilityResult extends Rejection {
  /** As asked for; null if that is no string. */
  productId: string | null;
  status: 'updated' | 'unchanged' | 'not_found' | 'rejected';
  /** Absent when there is no such product, and when rejected. */
  version?: number;
}

/** A vendor's own line: its sku and whatever is to be set. A new sku needs name, category and basePrice. */
export type InventoryItem = ProductUpdates & { sku: string };

export interface InventoryItemResult extends Rejection {
  /** As asked for; null if that is no string. */
  sku: string | null;
  productId: string | null;
  status: 'created' | 'updated' | 'unchanged' | 'rejected';
  version: number | null;
}

/** The command for an item of whatever form: the writer refuses what is no item. */
export function commandOfItem(vendorId: string, item: InventoryItem): ProductCommand {
  const { sku, ...fields } = isRecord(item) ? item : ({} as InventoryItem);
  const updates = isRecord(item) ? fields : item;
  return { kind: 'upsert', vendorId, sku, updates, create: updates };
}

export function resultOfItem(item: InventoryItem, outcome: WriteOutcome): InventoryItemResult {
  const sku = textOf(item, 'sku');
  if (outcome.status === 'rejected') {
    return { sku, productId: null, status: 'rejected', version: null, ...rejection(outcome.error) };
  }
  const status = outcome.status === 'created' || outcome.status === 'updated' ? outcome.status : 'unchanged';
  return { sku, productId: outcome.product.id, status, version: outcome.product.version };
}

/** The command for an update of whatever form: the writer refuses what is none. */
export function commandOfUpdate(update: { productId: string; availability: Availability }): Update {
  const { productId, ...updates } = isRecord(update) ? update : { productId: '' };
  return { kind: 'update', id: productId, updates: isRecord(update) ? updates : update, fields: AVAILABILITY };
}

/** Throws what a writer has refused for another reason than the update's own. */
export function resultOfUpdate(update: { productId: string }, outcome: WriteOutcome): BulkAvailabilityResult {
  const productId = textOf(update, 'productId');
  if (outcome.status !== 'rejected') {
    const status = outcome.status === 'updated' ? 'updated' : 'unchanged';
    return { productId, status, version: outcome.product.version };
  }
  const { error } = outcome;
  if (error instanceof ProductNotFoundError) return { productId, status: 'not_found' };
  if (error instanceof ValidationFailedError) return { productId, status: 'rejected', ...rejection(ofUpdate(error)) };
  if (error instanceof ProductLockedError) return { productId, status: 'rejected', ...rejection(error) };
  throw error;
}

/** The command's id is the update's `productId`. */
function ofUpdate({ fields, message }: ValidationFailedError): ValidationFailedError {
  const named = fields.map((fault) => ({
    ...fault,
    field: fault.field === 'id' && fault.message !== UNKNOWN ? 'productId' : fault.field,
  }));
  return new ValidationFailedError(named, message);
}

function rejection(error: AppError): Rejection {
  const [first] = error.fields;
  if (!first) return { reason: error.message };
  // Of what isn't valid the first fault is enough: an item may consist of nothing else.
  const reason = error instanceof ValidationFailedError ? `${first.field}: ${first.message}` : error.message;
  return { reason, field: first.field };
}

function textOf(item: unknown, field: string): string | null {
  const value = isRecord(item) ? item[field] : undefined;
  return typeof value === 'string' ? value : null;
}
