import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { LogCursor } from '../contracts/index.js';
import { InventoryEventService } from '../events/index.js';
import type { NotRecovered, SubscriptionConfirmed } from './messages.js';
import { RoomMembership } from './room-membership.js';
import type { SubscribeRequest } from './room-request.js';

@Injectable()
export class RoomSubscriber {
  constructor(
    private readonly events: InventoryEventService,
    private readonly membership: RoomMembership,
  ) {}

  /** Confirmed means streaming: the room is joined in the same tick in which the position is read. */
  subscribe(socket: Socket, { room, since }: SubscribeRequest): SubscriptionConfirmed {
    const cursor = this.events.cursor;
    const name = this.membership.join(socket, room);
    const reason = since && whyNotRecovered(since, cursor);
    return {
      ...room,
      room: name,
      ...cursor,
      recovered: since !== undefined && reason === undefined,
      replayed: 0,
      ...(reason && { reason }),
    };
  }
}

function whyNotRecovered(since: LogCursor, now: LogCursor): NotRecovered | undefined {
  if (since.epoch !== now.epoch) return 'epoch_changed';
  return since.position === now.position ? undefined : 'replay_unavailable';
}
