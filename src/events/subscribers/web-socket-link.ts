import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import type { FollowedChannels } from '../followed-channels.js';

/** What the realtime module offers to the event stream. */
export interface WebSocketService {
  /**
   * Emits the event to its local rooms; called once per event, in position order; must not throw.
   *
   * @param more whether the next event is at hand, so that what is written for this one may wait for it
   */
  broadcast(event: InventoryEvent, more: boolean): void;
  /** True while no client is connected, so that events need not be handed over; if absent, every event is. */
  readonly idle?: boolean;
  /** The channels of its rooms: in a Redis Cluster events of others are left out. If absent, it gets every event. */
  readonly followed?: FollowedChannels;
}

@Injectable()
export class WebSocketLink {
  service: WebSocketService | null = null;
}
