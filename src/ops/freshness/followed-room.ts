import type { io as connect, Socket } from 'socket.io-client';
import { type InventoryEvent, NAMESPACE, NOTIFICATION, SUBSCRIBE, SUBSCRIBED } from '../../contracts/index.js';
import { type Clock, pollUntil } from '../../infra/index.js';
import type { SampledChange } from './sampled-change.js';

/** Milliseconds for the connection and the subscription. */
const OPENS_WITHIN = 5_000;
/** Milliseconds between two looks for a change. */
const LOOK_EVERY = 50;
/** Newest events that are known to have arrived. */
const KEPT = 10_000;

/** The room of a category, followed over a connection of its own as any client would. */
export class FollowedRoom {
  /** Loaded when the first room is opened, and once: most instances of tests and commands follow none. */
  private static client: Promise<{ io: typeof connect }> | undefined;
  /** Of `performance.now()`, when the subscription was confirmed. */
  readonly confirmedAt = performance.now();
  /** The connection was lost, or the log began anew: what didn't arrive says nothing. */
  lost = false;
  private readonly arrived = new Map<string, { version: number; at: number }>();
  private lastPosition = 0;

  private constructor(
    private readonly socket: Socket,
    readonly category: string,
    private readonly clock: Clock,
    /** Called for an event that comes after a later one, or again. */
    private readonly onDisorder: (event: InventoryEvent) => void,
  ) {
    socket.on(NOTIFICATION, (event: InventoryEvent) => this.receive(event));
    socket.on('disconnect', () => this.lose());
    socket.on(SUBSCRIBED, () => this.lose());
  }

  /** Undefined if the instance doesn't let it. */
  static async open(
    url: string,
    category: string,
    clock: Clock,
    onDisorder: (event: InventoryEvent) => void,
  ): Promise<FollowedRoom | undefined> {
    const { io } = await (FollowedRoom.client ??= import('socket.io-client'));
    const socket = io(url + NAMESPACE, { transports: ['websocket'], reconnection: false, forceNew: true });
    try {
      const request = { type: 'category', category };
      const answer: unknown = await socket.timeout(OPENS_WITHIN).emitWithAck(SUBSCRIBE, request);
      if (typeof (answer as { room?: unknown }).room === 'string') {
        return new FollowedRoom(socket, category, clock, onDisorder);
      }
    } catch {
      // Too many connections, or it is about to end.
    }
    socket.disconnect();
    return undefined;
  }

  /** When the change was there, with its version: of `performance.now()`; undefined: not in time. */
  async arrivalOf(change: SampledChange, within: number): Promise<number | undefined> {
    const isOver = (): boolean => this.lost || this.find(change) !== undefined;
    if (!isOver()) await pollUntil(isOver, { every: LOOK_EVERY, atMost: within, clock: this.clock });
    return this.find(change);
  }

  close(): void {
    this.socket.off('disconnect');
    this.socket.disconnect();
    this.lose();
  }

  private find({ eventId, version }: SampledChange): number | undefined {
    const found = this.arrived.get(eventId!);
    return found?.version === version ? found.at : undefined;
  }

  private receive(event: InventoryEvent): void {
    // Of a new epoch, whose positions are others.
    if (this.lost) return;
    if (event.position <= this.lastPosition) this.onDisorder(event);
    this.lastPosition = Math.max(this.lastPosition, event.position);
    this.arrived.set(event.eventId, { version: event.version, at: performance.now() });
    if (this.arrived.size > KEPT) this.arrived.delete(this.arrived.keys().next().value!);
  }

  private lose(): void {
    this.lost = true;
  }
}
