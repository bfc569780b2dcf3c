import { Injectable } from '@nestjs/common';
import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import { InventoryEventService } from '../../events/index.js';
import { Clock } from '../../infra/index.js';
import { NOTIFICATION, type NotRecovered, type SubscriptionConfirmed } from '../messages.js';
import { RealtimeMetrics } from '../realtime.metrics.js';
import type { SubscribeRequest } from '../room-request.js';
import { type Room, roomName, roomsOf } from '../rooms.js';
import type { ClientSession } from '../sessions/client-session.js';
import { type Missed, Replay } from './replay.js';
import { DisconnectedError, TooManySubscriptionsError } from './subscription-errors.js';

const MAX_SUBSCRIPTIONS = 100;
/** Milliseconds to wait for this instance to get where the client has been already, on another one. */
const WAIT_FOR_POSITION = 2_000;

interface Waiting {
  request: SubscribeRequest;
  resolve: (confirmed: SubscriptionConfirmed) => void;
  reject: (error: unknown) => void;
}

/** Requests of one socket take effect in the order they came in. */
type Step = Waiting | { leave: () => void };

/**
 * Lets clients into rooms without a gap: what they have missed is sent first, and the room is joined in the tick in
 * which the last of it is sent. Requests that arrive together are answered together, their events merged in order, so
 * a client that comes back to several rooms gets nothing twice and nothing out of turn.
 */
@Injectable()
export class RoomSubscriber {
  private readonly waiting = new WeakMap<ClientSession, Step[]>();

  constructor(
    private readonly events: InventoryEventService,
    private readonly replay: Replay,
    private readonly metrics: RealtimeMetrics,
    private readonly clock: Clock,
  ) {}

  /** Throws `TooManySubscriptionsError`, `DisconnectedError`. */
  subscribe(session: ClientSession, request: SubscribeRequest): Promise<SubscriptionConfirmed> {
    return new Promise((resolve, reject) => this.enqueue(session, { request, resolve, reject }));
  }

  /** Resolves when the client is out of the room and everything it asked for before is done. */
  unsubscribe(session: ClientSession, room: Room): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        session.leave(room);
        resolve();
      };
      if (this.waiting.has(session)) this.enqueue(session, { leave });
      else leave();
    });
  }

  private enqueue(session: ClientSession, step: Step): void {
    const queue = this.waiting.get(session);
    if (queue) {
      queue.push(step);
      return;
    }
    this.waiting.set(session, [step]);
    // After the packets that came in with this one.
    setImmediate(() => void this.work(session));
  }

  private async work(session: ClientSession): Promise<void> {
    const queue = this.waiting.get(session)!;
    while (queue.length > 0) {
      const batch: Waiting[] = [];
      while (queue[0] && 'request' in queue[0]) batch.push(queue.shift() as Waiting);
      if (batch.length > 0) await this.answer(session, batch);
      while (queue[0] && 'leave' in queue[0]) (queue.shift() as { leave: () => void }).leave();
    }
    this.waiting.delete(session);
  }

  private async answer(session: ClientSession, batch: readonly Waiting[]): Promise<void> {
    try {
      const returning = batch.filter(({ request }) => this.canRecover(request));
      const missed = await this.missed(returning);
      while (missed && !missed.complete) await missed.step();
      // From here to the end nothing is awaited: no event can be delivered in between.
      if (!session.connected) throw new DisconnectedError();
      const sent = missed && !missed.tooMany ? this.send(session, returning, missed.events) : null;
      for (const entry of batch) this.admit(session, entry, returning.includes(entry) ? sent : null);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private canRecover({ since }: SubscribeRequest): boolean {
    return since?.epoch === this.events.cursor.epoch;
  }

  /** Null if there is nothing to collect, or if the position has never been. */
  private async missed(returning: readonly Waiting[]): Promise<Missed | null> {
    if (returning.length === 0) return null;
    const positions = returning.map(({ request }) => request.since!.position);
    if (!(await this.reaches(Math.max(...positions)))) return null;
    const rooms = returning.map(({ request }) => request.room);
    return this.replay.since(Math.min(...positions), rooms);
  }

  private async reaches(position: number): Promise<boolean> {
    const deadline = this.clock.now() + WAIT_FOR_POSITION;
    while (this.events.cursor.position < position) {
      if (this.clock.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  }

  private send(session: ClientSession, returning: readonly Waiting[], missed: readonly InventoryEvent[]) {
    const since = new Map(returning.map(({ request }) => [roomName(request.room), request.since!.position]));
    const wanted = missed.filter((event) => {
      const asked = roomsOf(event).some((name) => (since.get(name) ?? Number.POSITIVE_INFINITY) < event.position);
      return asked && !session.covers(event);
    });
    for (const event of wanted) session.socket.emit(NOTIFICATION, event);
    this.metrics.replayed.inc(wanted.length);
    return wanted;
  }

  /** @param sent what has been sent again, or null if nothing was asked for or it can't be */
  private admit(session: ClientSession, entry: Waiting, sent: readonly InventoryEvent[] | null): void {
    const { room, since } = entry.request;
    if (!session.has(room) && session.size >= MAX_SUBSCRIPTIONS) {
      entry.reject(new TooManySubscriptionsError(MAX_SUBSCRIPTIONS));
      return;
    }
    const { cursor } = this.events;
    session.join(room, sent ? since!.position : cursor.position);
    entry.resolve({
      ...room,
      room: roomName(room),
      ...cursor,
      recovered: sent !== null,
      replayed: sent ? countOf(room, sent) : 0,
      ...(since && !sent && { reason: this.reasonFor(since) }),
    });
  }

  private reasonFor(since: LogCursor): NotRecovered {
    return since.epoch === this.events.cursor.epoch ? 'too_old' : 'epoch_changed';
  }
}

function countOf(room: Room, events: readonly InventoryEvent[]): number {
  const name = roomName(room);
  return events.filter((event) => roomsOf(event).includes(name)).length;
}
