import { Injectable } from '@nestjs/common';
import { EventListeners } from '../delivery/event-listeners.js';
import { WebSocketLink } from './web-socket-link.js';

/** Hands events to the realtime module, which makes itself known at start: `events` never imports it. */
@Injectable()
export class RoomBroadcast {
  constructor(listeners: EventListeners, link: WebSocketLink) {
    listeners.add(
      (event) => link.service?.broadcast(event),
      () => link.service !== null && !link.service.idle,
    );
  }
}
