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
import { NAMESPACE, SUBSCRIBE_SERIES, UNSUBSCRIBE_SERIES } from '../../contracts/index.js';
import { InventoryEventService } from '../../events/index.js';
import { FastPath, writeInOneGo } from '../../fast-path/index.js';
import { ConnectionGuard } from '../connections/connection-guard.js';
import {
  CLOSING,
  SUBSCRIBE,
  type SubscriptionConfirmed,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type UnsubscriptionConfirmed,
} from '../protocol/messages.js';
import { Identity } from './identity.js';
import { RequestLimit } from '../limits/request-limit.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { roomName } from '../protocol/rooms.js';
import { parseRoomRequest } from '../protocol/room-request.js';
import { DisconnectedError } from '../recovery/subscription-errors.js';
import { RoomSubscriber } from '../recovery/room-subscriber.js';
import type { ClientSession } from '../sessions/client-session.js';
import { Sessions } from '../sessions/sessions.js';
import { refuse, WsProblemFilter } from './ws-exception.filter.js';

/**
 * Bytes of one message from a client. Engine.IO closes the connection on a larger one; smaller ones get an exception.
 */
export const MESSAGE_LIMIT = 64 * 1024;
/**
 * Milliseconds; Socket.IO's own end of connections without a namespace, which waits for goodbyes. `ConnectionGuard`
 * comes first.
 */
const CONNECT_WITHIN = 60_000;
/** Milliseconds a client may take to end its connection when this instance ends. */
const CLOSE_WITHIN = 1_000;

/** Options of the one server that gateways of this namespace share. */
export const GATEWAY_OPTIONS = {
  namespace: NAMESPACE,
  maxHttpBufferSize: MESSAGE_LIMIT,
  connectTimeout: CONNECT_WITHIN,
  serveClient: false,
};
/** Messages whose handlers count them. */
const LISTENED_TO: ReadonlySet<string> = new Set([SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE_SERIES, UNSUBSCRIBE_SERIES]);

/** Socket.IO namespace `/inventory`: turns messages into subscriptions, nothing else. */
@WebSocketGateway(GATEWAY_OPTIONS)
@UseFilters(WsProblemFilter)
export class InventoryGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect, OnModuleDestroy {
  constructor(
    private readonly events: InventoryEventService,
    private readonly broadcaster: RoomBroadcaster,
    private readonly sessions: Sessions,
    private readonly subscriber: RoomSubscriber,
    private readonly identity: Identity,
    private readonly connections: ConnectionGuard,
    private readonly requestLimit: RequestLimit,
    private readonly fastPath: FastPath,
  ) {}

  afterInit(namespace: Namespace): void {
    this.connections.guard(namespace);
    this.identity.guard(namespace);
    this.broadcaster.attach(namespace);
    if (this.fastPath.has('frames')) writeInOneGo(namespace);
    this.events.setWebSocketService(this.broadcaster);
  }

  /** Tells the clients and ends their connections in a way that makes them connect again, elsewhere. */
  onModuleDestroy(): void {
    this.events.setWebSocketService(null);
    for (const { socket } of [...this.sessions]) {
      socket.emit(CLOSING);
      socket.conn.close();
    }
    // One that doesn't read doesn't say goodbye either, and the HTTP server waits for every connection to end.
    setTimeout(() => this.connections.discardAll(), CLOSE_WITHIN).unref();
  }

  handleConnection(socket: Socket): void {
    this.sessions.add(socket);
    this.connections.joined(socket);
    socket.onAny((message: string, ...args: unknown[]) => this.countUnknown(socket, message, args));
  }

  handleDisconnect(socket: Socket): void {
    this.sessions.remove(socket);
    this.connections.left(socket);
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

  /** Messages that nothing listens to count like requests, and are refused like them when there are too many. */
  private countUnknown(socket: Socket, message: string, args: readonly unknown[]): void {
    if (LISTENED_TO.has(message)) return;
    try {
      this.requestLimit.check(socket, args);
    } catch (error) {
      refuse(socket, args, error);
    }
  }

  private sessionOf(socket: Socket): ClientSession {
    const session = this.sessions.of(socket);
    if (!session) throw new DisconnectedError();
    return session;
  }
}
