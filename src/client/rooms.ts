import type { Room } from '../contracts/index.js';
import type { InventoryEvent } from './types.js';

/** The same for the same room. */
export function keyOf(room: Room): string {
  if (room.type === 'vendor') return `vendor ${room.vendorId}`;
  return room.type === 'category' ? `category ${room.category}` : room.type;
}

/** Whether the server sends an event to a room; a product that moves between categories concerns both. */
export function concerns(room: Room, { vendorId, category, changes }: InventoryEvent): boolean {
  if (room.type === 'general') return true;
  if (room.type === 'vendor') return room.vendorId === vendorId;
  return (
    room.category === category ||
    changes.some(({ field, oldValue }) => field === 'category' && oldValue === room.category)
  );
}
