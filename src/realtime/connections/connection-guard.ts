import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { AppConfig } from '../../config/index.js';
import { Clock } from '../../infra/index.js';
import { type EngineConnection, type EngineTransport, watchNewTransports } from '../../fast-path/index.js';
import { ClientAddresses } from '../../rate-limit/index.js';
import { Admission } from '../limits/admission.js';
import { ConnectionLimit } from '../limits/connection-limit.js';
import { RealtimeMetrics } from '../realtime.metrics.js';
import { discard } from '../sending/send-buffer.js';
import { WatchedConnection } from './watched-connection.js';

type EngineSocket = Socket['conn'];

/** Milliseconds without the namespace after which a connection is closed. */
const JOIN_WITHIN = 10_000;
/** Milliseconds in which a connection that is refused may ask for the namespace, and read why. */
const TOLD_WITHIN = 1_000;
/** Milliseconds that a client may take to answer the end of its connection. */
const GOODBYE_WITHIN = 1_000;
/** Milliseconds between searches for connections that have no namespace. */
const SEARCH_EVERY = 1_000;
/** The most that may wait of answers, whatever `SEND_BUFFER_BYTES` leaves for notifications. */
const MOST_UNREAD = 1_048_576;

/**
 * Bounds what a connection costs from its acceptance on, with or without a namespace: it is counted, has to join within
 * 10 s, may send so many packets, and is closed at once when its unread answers pass the bound. Answers are all that a
 * client brings about itself: pongs, refusals of namespaces, exceptions, acknowledgements. Notifications are not its
 * doing; `SlowClients` bounds those.
 */
@Injectable()
export class ConnectionGuard implements OnModuleDestroy {
  private readonly watched = new Map<EngineSocket, WatchedConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly admission: Admission,
    private readonly limit: ConnectionLimit,
    private readonly addresses: ClientAddresses,
    private readonly metrics: RealtimeMetrics,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  guard(namespace: Namespace): void {
    this.admission.guard(namespace);
    // The root namespace is always there.
    namespace.server.of('/').use((_socket, next) => next(new Error('Invalid namespace')));
    const watch = (connection: EngineSocket, transport: EngineTransport): void =>
      this.watched.get(connection)?.watchTransport(transport);
    const early = watchNewTransports(namespace, watch);
    namespace.server.engine.on('connection', (connection: EngineSocket) => {
      this.accept(connection);
      if (!early) connection.on('upgrade', (transport: EngineTransport) => watch(connection, transport));
    });
    this.timer = setInterval(() => this.closeUnjoined(), SEARCH_EVERY).unref();
  }

  joined({ conn }: Socket): void {
    this.watched.get(conn)?.joined();
  }

  left({ conn }: Socket): void {
    this.watched.get(conn)?.left();
  }

  /** Ends what is open without waiting for any client. */
  discardAll(): void {
    for (const connection of this.watched.keys()) discard(connection as unknown as EngineConnection);
  }

  private accept(connection: EngineSocket): void {
    const address = this.addresses.of(connection.request);
    const engineConnection = connection as unknown as EngineConnection;
    const refused = this.admission.refusalOf(connection, address) !== undefined;
    const watched = new WatchedConnection(engineConnection, Math.min(this.config.sendBufferBytes, MOST_UNREAD), {
      clock: this.clock,
      onUnread: () => this.metrics.slow.inc({ outcome: 'disconnected' }),
    });
    this.watched.set(connection, watched);
    if (refused) setTimeout(() => discard(engineConnection), TOLD_WITHIN).unref();
    else this.limit.add(address);
    connection.once('close', () => {
      // A WebSocket waits half a minute for a client's goodbye, in no count any more.
      const { socket } = engineConnection.transport;
      if (socket) setTimeout(() => socket.terminate?.(), GOODBYE_WITHIN).unref();
      this.watched.delete(connection);
      if (!refused) this.limit.remove(address);
    });
  }

  private closeUnjoined(): void {
    const now = this.clock.now();
    for (const [connection, { unjoinedSince }] of this.watched) {
      if (now - unjoinedSince > JOIN_WITHIN) discard(connection as unknown as EngineConnection);
    }
  }
}
