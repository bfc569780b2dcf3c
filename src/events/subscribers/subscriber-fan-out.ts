import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { type EventHandler, EventReaction } from '../event-reaction.js';
import { SubscriberRegistry } from './subscriber-registry.js';

/** Hands events to the callbacks of `InventoryEventService.subscribe`. */
@Injectable()
@EventReaction({ to: 'delivery', order: 10 })
export class SubscriberFanOut implements EventHandler {
  constructor(private readonly registry: SubscriberRegistry) {}

  handle(event: InventoryEvent): void {
    this.registry.enqueue(event);
  }

  get needed(): boolean {
    return !this.registry.isEmpty;
  }
}
