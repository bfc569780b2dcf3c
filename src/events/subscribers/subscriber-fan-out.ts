import { Injectable } from '@nestjs/common';
import { EventListeners } from '../delivery/event-listeners.js';
import { SubscriberRegistry } from './subscriber-registry.js';

@Injectable()
export class SubscriberFanOut {
  constructor(listeners: EventListeners, registry: SubscriberRegistry) {
    listeners.add(
      (event) => registry.offer(event),
      () => !registry.isEmpty,
    );
  }
}
