import { NAMESPACE } from '../../contracts/index.js';
import type { Clock } from '../../infra/index.js';
import { PacketLimit } from '../limits/packet-limit.js';
import { NOTIFICATION } from '../protocol/messages.js';
import { bytesOf, discard } from '../sending/send-buffer.js';
import type { EngineConnection, EnginePacket, EngineTransport } from '../../fast-path/index.js';
import { UnreadAnswers } from './unread-answers.js';

/** How a notification begins, as Socket.IO hands it to Engine.IO. */
const NOTIFICATION_PACKET = `2${NAMESPACE},["${NOTIFICATION}"`;

interface Surroundings {
  clock: Clock;
  /** Called when the connection is closed for answers that are not read. */
  onUnread(): void;
}

/** One connection of Engine.IO, and what the guard keeps of it. */
export class WatchedConnection {
  /** Milliseconds; infinity while the namespace is joined. */
  unjoinedSince: number;
  private readonly packets: PacketLimit;
  private readonly answers = new UnreadAnswers();
  /** Bytes that Engine.IO keeps until the transport takes more. */
  private queued = 0;
  private closing = false;

  /** @param bound bytes of unread answers */
  constructor(
    private readonly connection: EngineConnection,
    private readonly bound: number,
    private readonly surroundings: Surroundings,
  ) {
    const now = surroundings.clock.now();
    this.unjoinedSince = now;
    this.packets = new PacketLimit(now);
    connection.on('packet', () => this.received());
    connection.on('packetCreate', (packet: EnginePacket) => this.sending(packet));
    connection.on('flush', () => (this.queued = 0));
    this.watchTransport(connection.transport);
  }

  joined(): void {
    this.unjoinedSince = Number.POSITIVE_INFINITY;
  }

  left(): void {
    this.unjoinedSince = this.surroundings.clock.now();
  }

  /** Also of a WebSocket that is to take the place of HTTP polling, and isn't the connection's own before it has. */
  watchTransport(transport: EngineTransport): void {
    const unread = new UnreadAnswers();
    const { socket } = transport;
    const waiting = (): number => socket?._socket?.writableLength ?? 0;
    const answered = (bytes: number): void => {
      this.received();
      if (unread.add(bytes, waiting()) > this.bound) this.closeIfUnread(() => unread.readUp(waiting()), transport);
    };
    // Pongs are written past Engine.IO.
    socket?.on?.('ping', (data: Buffer) => answered(data.length));
    transport.on('packet', ({ type }: { type?: string }) => {
      if (type === 'ping') answered(0);
    });
  }

  private received(): void {
    if (!this.packets.take(this.surroundings.clock.now())) discard(this.connection);
  }

  private sending(packet: EnginePacket): void {
    const bytes = bytesOf(packet);
    const waiting = this.waiting();
    this.queued += bytes;
    if (typeof packet.data === 'string' && packet.data.startsWith(NOTIFICATION_PACKET)) return;
    if (this.answers.add(bytes, waiting) > this.bound) this.closeIfUnread(() => this.answers.readUp(this.waiting()));
  }

  private waiting(): number {
    return this.queued + (this.connection.transport.socket?._socket?.writableLength ?? 0);
  }

  /** What is sent in one turn of the event loop has had no chance to be read yet; at the end of the turn it has. */
  private closeIfUnread(readUp: () => boolean, transport?: EngineTransport): void {
    if (this.closing) return;
    this.closing = true;
    setImmediate(() => {
      if (readUp()) {
        this.closing = false;
        return;
      }
      this.surroundings.onUnread();
      transport?.socket?.terminate?.();
      discard(this.connection);
    });
  }
}
