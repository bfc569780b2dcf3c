import type { Room } from '../contracts/index.js';
import type { InventoryEvent } from './types.js';

/** The same for the same room. */
export function keyOf(room: Room): string {
  if (room.type === 'vendor') return `vendor ${room.vendorId}`;
  return room.type === 'category' ? `category ${room.category}` : room.type;
}

/**
 * Whether the server sends an event to a room; a product that moves between categories concerns both, and what happens
 * to a vendor its own room alone.
 */
export function concerns(room: Room, event: InventoryEvent): boolean {
  if (room.type === 'vendor') return room.vendorId === event.vendorId;
  if (event.vendor) return false;
  if (room.type === 'general' || room.category === event.category) return true;
  return event.changes.some(({ field, oldValue }) => field === 'category' && oldValue === room.category);
}
