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
import { NAMESPACE } from '../contracts/index.js';
import { InventoryEventService } from '../events/index.js';
import {
  CLOSING,
  SUBSCRIBE,
  type SubscriptionConfirmed,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type UnsubscriptionConfirmed,
} from './messages.js';
import { Identity } from './identity.js';
import { Admission } from './limits/admission.js';
import { RequestLimit } from './limits/request-limit.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { roomName } from './rooms.js';
import { parseRoomRequest } from './room-request.js';
import { DisconnectedError } from './recovery/subscription-errors.js';
import { RoomSubscriber } from './recovery/room-subscriber.js';
import type { ClientSession } from './sessions/client-session.js';
import { Sessions } from './sessions/sessions.js';
import { discardConnection } from './slow-clients/send-buffer.js';
import { writeInOneGo } from './ws/coalesce-writes.js';
import { WsProblemFilter } from './ws/ws-exception.filter.js';

/**
 * Bytes of one message from a client. Engine.IO closes the connection on a larger one; smaller ones get an exception.
 */
export const MESSAGE_LIMIT = 64 * 1024;
/** Milliseconds a connection may take to ask for the namespace; until then no limit counts it. */
const CONNECT_WITHIN = 10_000;
/** Milliseconds a client may take to end its connection when this instance ends. */
const CLOSE_WITHIN = 1_000;

/** Socket.IO namespace `/inventory`: turns messages into subscriptions, nothing else. */
@WebSocketGateway({
  namespace: NAMESPACE,
  maxHttpBufferSize: MESSAGE_LIMIT,
  connectTimeout: CONNECT_WITHIN,
  serveClient: false,
})
@UseFilters(WsProblemFilter)
export class InventoryGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect, OnModuleDestroy {
  constructor(
    private readonly events: InventoryEventService,
    private readonly broadcaster: RoomBroadcaster,
    private readonly sessions: Sessions,
    private readonly subscriber: RoomSubscriber,
    private readonly identity: Identity,
    private readonly admission: Admission,
    private readonly requestLimit: RequestLimit,
  ) {}

  afterInit(namespace: Namespace): void {
    this.admission.guard(namespace);
    this.identity.guard(namespace);
    this.broadcaster.attach(namespace);
    writeInOneGo(namespace);
    this.events.setWebSocketService(this.broadcaster);
  }

  /** Tells the clients and ends their connections in a way that makes them connect again, elsewhere. */
  onModuleDestroy(): void {
    this.events.setWebSocketService(null);
    const sockets = [...this.sessions].map(({ socket }) => socket);
    for (const socket of sockets) {
      socket.emit(CLOSING);
      socket.conn.close();
    }
    // One that doesn't read doesn't say goodbye either, and the HTTP server waits for every connection to end.
    setTimeout(() => sockets.forEach(discardConnection), CLOSE_WITHIN).unref();
  }

  handleConnection(socket: Socket): void {
    this.sessions.add(socket);
  }

  handleDisconnect(socket: Socket): void {
    this.sessions.remove(socket);
  }

  @SubscribeMessage(SUBSCRIBE)
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() payload: unknown): Promise<SubscriptionConfirmed> {
    this.requestLimit.check(socket, payload);
    const request = parseRoomRequest(payload, { since: true });
    return this.subscriber.subscribe(this.sessionOf(socket), request);
  }

  @SubscribeMessage(UNSUBSCRIBE)
  async unsubscribe(
    @ConnectedSocket() socket: Socket,
    @MessageBody() payload: unknown,
  ): Promise<UnsubscriptionConfirmed> {
    this.requestLimit.check(socket, payload);
    const { room } = parseRoomRequest(payload, { since: false });
    await this.subscriber.unsubscribe(this.sessionOf(socket), room);
    const confirmed = { ...room, room: roomName(room) };
    socket.emit(UNSUBSCRIBED, confirmed);
    return confirmed;
  }

  private sessionOf(socket: Socket): ClientSession {
    const session = this.sessions.of(socket);
    if (!session) throw new DisconnectedError();
    return session;
  }
}
