import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../contracts/index.js';
import { INVENTORY_EVENT } from '../delivery/inventory-event-emitted.js';
import { WebSocketLink } from './web-socket-link.js';

/** Hands events to the realtime module, which makes itself known at start: `events` never imports it. */
@Injectable()
export class RoomBroadcastSubscriber {
  constructor(private readonly link: WebSocketLink) {}

  @OnEvent(INVENTORY_EVENT)
  handle(event: InventoryEvent): void {
    this.link.service?.broadcast(event);
  }
}
