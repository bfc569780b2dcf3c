import { Logger } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../contracts/index.js';

/** Name of the EventEmitter event that carries every `InventoryEvent` once and in position order to this process. */
export const INVENTORY_EVENT = 'inventory.event';

/**
 * Has `handle` called with every event; what it throws is logged, and the other listeners get the event all the same.
 * `@OnEvent` does that as well, with four promises for each listener and event: a ninth of what a bulk change allocates.
 */
export function onInventoryEvent(emitter: EventEmitter2, handle: (event: InventoryEvent) => void): void {
  const logger = new Logger(INVENTORY_EVENT);
  emitter.on(INVENTORY_EVENT, (event: InventoryEvent) => {
    try {
      handle(event);
    } catch (error) {
      logger.error(error);
    }
  });
}
