import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { onInventoryEvent } from '../delivery/inventory-event-emitted.js';
import { WebSocketLink } from './web-socket-link.js';

/** Hands events to the realtime module, which makes itself known at start: `events` never imports it. */
@Injectable()
export class RoomBroadcastSubscriber {
  constructor(emitter: EventEmitter2, link: WebSocketLink) {
    onInventoryEvent(emitter, (event) => link.service?.broadcast(event));
  }
}
