import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { onInventoryEvent } from '../delivery/inventory-event-emitted.js';
import { SubscriberRegistry } from '../subscribers/subscriber-registry.js';

@Injectable()
export class RegisteredSubscribersSubscriber {
  constructor(emitter: EventEmitter2, registry: SubscriberRegistry) {
    onInventoryEvent(emitter, (event) => registry.offer(event));
  }
}
