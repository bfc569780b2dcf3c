import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { type EventHandler, EventReaction, type Followed } from '../event-reaction.js';
import { WebSocketLink } from './web-socket-link.js';

/** Hands events to the realtime module, which makes itself known at start: `events` never imports it. */
@Injectable()
@EventReaction({ to: 'delivery', order: 20 })
export class RoomBroadcast implements EventHandler {
  constructor(private readonly link: WebSocketLink) {}

  handle(event: InventoryEvent, more: boolean): void {
    this.link.service?.broadcast(event, more);
  }

  get needed(): boolean {
    return this.link.service !== null && !this.link.service.idle;
  }

  get follows(): Followed {
    return this.link.service?.followed ?? 'all';
  }
}
