import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../contracts/index.js';
import { INVENTORY_EVENT } from '../delivery/inventory-event-emitted.js';
import { SubscriberRegistry } from '../subscribers/subscriber-registry.js';

@Injectable()
export class RegisteredSubscribersSubscriber {
  constructor(private readonly registry: SubscriberRegistry) {}

  @OnEvent(INVENTORY_EVENT)
  handle(event: InventoryEvent): void {
    this.registry.offer(event);
  }
}
