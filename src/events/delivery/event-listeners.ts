import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../contracts/index.js';
import { INVENTORY_EVENT } from '../event-reaction.js';

/** The listeners of this process: the product's own, and all that a library user adds for `INVENTORY_EVENT`. */
@Injectable()
export class EventListeners {
  private readonly logger = new Logger(INVENTORY_EVENT);
  /** Of the product's own listeners: whether they have any use for events now. */
  private readonly needs: (() => boolean)[] = [];
  /** Of the event that is being emitted. */
  private more = false;

  constructor(private readonly emitter: EventEmitter2) {}

  /**
   * Has `handle` called with the events; what it throws is logged, and the other listeners get the event all the same.
   * `@OnEvent` does that as well, with four promises for each listener and event: a ninth of what a bulk change
   * allocates.
   *
   * @param handle see `EventHandler`
   * @param needed false while `handle` would do nothing, so that an event needn't be parsed for its sake
   */
  add(handle: (event: InventoryEvent, more: boolean) => void, needed: () => boolean): void {
    this.needs.push(needed);
    this.emitter.on(INVENTORY_EVENT, (event: InventoryEvent) => {
      try {
        handle(event, this.more);
      } catch (error) {
        this.logger.error(error);
      }
    });
  }

  /** @param more whether the next one is at hand */
  emit(event: InventoryEvent, more = false): void {
    this.more = more;
    this.emitter.emit(INVENTORY_EVENT, event);
  }

  /** Whether anybody would look at an event now. */
  get present(): boolean {
    const { emitter, needs } = this;
    return (
      emitter.listenerCount(INVENTORY_EVENT) > needs.length ||
      emitter.listenersAny().length > 0 ||
      needs.some((needed) => needed())
    );
  }
}
