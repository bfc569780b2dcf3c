import { type OnModuleDestroy, UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { InventoryEventService } from '../events/index.js';
import {
  SUBSCRIBE,
  SUBSCRIBED,
  type SubscriptionConfirmed,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type UnsubscriptionConfirmed,
} from './messages.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { RoomMembership } from './room-membership.js';
import { parseRoomRequest } from './room-request.js';
import { RoomSubscriber } from './room-subscriber.js';
import { WsProblemFilter } from './ws/ws-exception.filter.js';

/** Bytes of one message from a client; requests are far smaller. */
const MESSAGE_LIMIT = 16 * 1024;

/** Socket.IO namespace `/inventory`: turns messages into subscriptions, nothing else. */
@WebSocketGateway({ namespace: '/inventory', maxHttpBufferSize: MESSAGE_LIMIT, serveClient: false })
@UseFilters(WsProblemFilter)
export class InventoryGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect, OnModuleDestroy {
  constructor(
    private readonly events: InventoryEventService,
    private readonly broadcaster: RoomBroadcaster,
    private readonly membership: RoomMembership,
    private readonly subscriber: RoomSubscriber,
  ) {}

  afterInit(namespace: Namespace): void {
    this.broadcaster.attach(namespace);
    this.events.setWebSocketService(this.broadcaster);
  }

  onModuleDestroy(): void {
    this.events.setWebSocketService(null);
  }

  handleConnection(socket: Socket): void {
    this.membership.connected(socket);
  }

  handleDisconnect(socket: Socket): void {
    this.membership.disconnected(socket);
  }

  @SubscribeMessage(SUBSCRIBE)
  subscribe(@ConnectedSocket() socket: Socket, @MessageBody() payload: unknown): SubscriptionConfirmed {
    const confirmed = this.subscriber.subscribe(socket, parseRoomRequest(payload, { since: true }));
    socket.emit(SUBSCRIBED, confirmed);
    return confirmed;
  }

  @SubscribeMessage(UNSUBSCRIBE)
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() payload: unknown): UnsubscriptionConfirmed {
    const { room } = parseRoomRequest(payload, { since: false });
    const confirmed = { ...room, room: this.membership.leave(socket, room) };
    socket.emit(UNSUBSCRIBED, confirmed);
    return confirmed;
  }
}
