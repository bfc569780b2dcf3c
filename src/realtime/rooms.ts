import type { NewInventoryEvent, Room } from '../contracts/index.js';
import { categoriesOf } from '../events/index.js';

export type { Room, RoomType } from '../contracts/index.js';

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

/** Every room an event is sent to; a product that moves between categories is seen in both. */
export function roomsOf(event: Pick<NewInventoryEvent, 'vendorId' | 'category' | 'changes'>): string[] {
  return [
    roomName({ type: 'general' }),
    roomName({ type: 'vendor', vendorId: event.vendorId }),
    ...categoriesOf(event).map((category) => roomName({ type: 'category', category })),
  ];
}
