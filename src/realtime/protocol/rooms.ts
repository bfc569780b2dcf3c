import type { EventContent, Room } from '../../contracts/index.js';
import { categoriesOf } from '../../events/index.js';

export type { Room, RoomType } from '../../contracts/index.js';

/** The one place where room names are made. */
export function roomName(room: Room): string {
  switch (room.type) {
    case 'vendor':
      return `inventory:vendor:${room.vendorId}`;
    case 'category':
      return `inventory:category:${room.category}`;
    case 'general':
      return 'inventory:general';
  }
}

/**
 * Every room an event is sent to. A product that moves between categories is seen in both; what happens to a vendor is
 * of that vendor's room alone; a report that leaves the product's price as it is concerns no room.
 */
export function roomsOf(event: Pick<EventContent, 'eventType' | 'vendorId' | 'category' | 'changes'>): string[] {
  if (event.eventType === 'price_recorded') return [];
  const ofVendor = roomName({ type: 'vendor', vendorId: event.vendorId });
  if (event.category === null) return [ofVendor];
  const ofCategories = categoriesOf(event).map((category) => roomName({ type: 'category', category }));
  return [roomName({ type: 'general' }), ofVendor, ...ofCategories];
}
