import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../contracts/index.js';
import type { EventNeeds } from '../bus/event-needs.js';
import type { EventNotice } from '../event-notice.js';
import { type Followed, INVENTORY_EVENT } from '../event-reaction.js';
import type { FollowedChannels } from '../followed-channels.js';

/** What the product's own listener says of itself. */
export interface Listening {
  /** False while it would do nothing, so that an event needn't be parsed for its sake. */
  needed: () => boolean;
  /** See `EventHandler`. */
  follows?: () => Followed;
  passedBy?: (notice: EventNotice) => void;
}

/** The listeners of this process: the product's own, and all that a library user adds for `INVENTORY_EVENT`. */
@Injectable()
export class EventListeners implements EventNeeds {
  private readonly logger = new Logger(INVENTORY_EVENT);
  /** The product's own. */
  private readonly own: Listening[] = [];
  /** Of the event that is being emitted. */
  private more = false;

  constructor(private readonly emitter: EventEmitter2) {}

  /**
   * Has `handle` called with the events; what it throws is logged, and the other listeners get the event all the same.
   * `@OnEvent` does that as well, with four promises for each listener and event: a ninth of what a bulk change
   * allocates.
   *
   * @param handle see `EventHandler`
   */
  add(handle: (event: InventoryEvent, more: boolean) => void, listening: Listening): void {
    this.own.push(listening);
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
    return this.othersListen || this.own.some(({ needed }) => needed());
  }

  /** An event that was left out goes by. */
  passBy(notice: EventNotice): void {
    for (const { needed, passedBy } of this.own) {
      if (!passedBy || !needed()) continue;
      try {
        passedBy(notice);
      } catch (error) {
        this.logger.error(error);
      }
    }
  }

  /** Whether something here waits for the event now. */
  needs(notice: EventNotice): boolean {
    if (this.othersListen) return true;
    for (const { needed, follows } of this.own) {
      if (!needed()) continue;
      const followed = follows?.() ?? 'all';
      if (followed === 'all' || (followed !== 'none' && followed.has(notice))) return true;
    }
    return false;
  }

  get everything(): boolean {
    return this.othersListen || this.own.some(({ needed, follows }) => needed() && (follows?.() ?? 'all') === 'all');
  }

  get followed(): readonly FollowedChannels[] {
    return this.own.flatMap(({ follows }) => {
      const followed = follows?.() ?? 'none';
      return typeof followed === 'string' ? [] : [followed];
    });
  }

  private get othersListen(): boolean {
    const { emitter, own } = this;
    return emitter.listenerCount(INVENTORY_EVENT) > own.length || emitter.listenersAny().length > 0;
  }
}
