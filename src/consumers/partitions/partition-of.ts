import type { InventoryEvent } from '../../contracts/index.js';
import { keyOf } from '../../contracts/index.js';
import { hashOfKey } from '../../events/index.js';

/** Partitions of a consumer in the process. Fixed: another number would put products to other checkpoints. */
export const PARTITIONS = 4;

/** The first byte of the hash of an event's key, as `EventLog.copyMatching` computes it. */
export function hashOf(event: Pick<InventoryEvent, 'productId' | 'vendorId'>): number {
  return hashOfKey(keyOf(event));
}
