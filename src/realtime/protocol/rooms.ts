import type { EventContent, Room } from '../../contracts/index.js';
import { categoriesOf, categoryChannel, vendorChannel } from '../../events/index.js';

export type { Room, RoomType } from '../../contracts/index.js';

const OF_VENDOR = 'inventory:vendor:';
const OF_CATEGORY = 'inventory:category:';
const GENERAL = 'inventory:general';

/** The one place where room names are made. */
export function roomName(room: Room): string {
  switch (room.type) {
    case 'vendor':
      return `${OF_VENDOR}${room.vendorId}`;
    case 'category':
      return `${OF_CATEGORY}${room.category}`;
    case 'general':
      return GENERAL;
  }
}

/** The channel of the bus that has all events of a room; undefined for what is no room of ours. */
export function channelOfRoom(name: string): number | 'all' | undefined {
  if (name.startsWith(OF_VENDOR)) return vendorChannel(name.slice(OF_VENDOR.length));
  if (name.startsWith(OF_CATEGORY)) return categoryChannel(name.slice(OF_CATEGORY.length));
  return name === GENERAL ? 'all' : undefined;
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
