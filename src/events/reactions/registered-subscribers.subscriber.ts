import { Injectable } from '@nestjs/common';
import { EventListeners } from '../delivery/event-listeners.js';
import { SubscriberRegistry } from '../subscribers/subscriber-registry.js';

@Injectable()
export class RegisteredSubscribersSubscriber {
  constructor(listeners: EventListeners, registry: SubscriberRegistry) {
    listeners.add(
      (event) => registry.offer(event),
      () => !registry.isEmpty,
    );
  }
}
