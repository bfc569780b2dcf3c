import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import { InventoryEventService, AwaitSequenced } from '../../events/index.js';
import { Clock } from '../../infra/index.js';
import { NOTIFICATION, type NotRecovered, SUBSCRIBED, type SubscriptionConfirmed } from '../protocol/messages.js';
import { RealtimeMetrics } from '../realtime.metrics.js';
import type { SubscribeRequest } from '../protocol/room-request.js';
import { type Room, roomName, roomsOf } from '../protocol/rooms.js';
import type { ClientSession } from '../sessions/client-session.js';
import { untilItReads } from '../sending/wait-for-drain.js';
import { type Missed, Replay } from './replay.js';
import { RequestQueue, type Waiting } from './request-queue.js';
import { DisconnectedError, TooManySubscriptionsError } from './subscription-errors.js';

export const MAX_SUBSCRIPTIONS = 100;
/** Milliseconds to wait for this instance to get where the client has been already, on another one. */
const WAIT_FOR_POSITION = 2_000;

/**
 * Lets clients into rooms without a gap: what they have missed is sent first, and the room is joined in the tick in
 * which the last of it is sent. Requests that arrive together are answered together, their events merged in order, so
 * a client that comes back to several rooms gets nothing twice and nothing out of turn.
 */
@Injectable()
export class RoomSubscriber {
  private readonly logger = new Logger(RoomSubscriber.name);
  private readonly queue = new RequestQueue((session, batch) => this.answer(session, batch));

  constructor(
    private readonly events: InventoryEventService,
    private readonly replay: Replay,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly metrics: RealtimeMetrics,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Tells the client with a confirmation, which it gets before any event that comes after it.
   * Throws `TooManySubscriptionsError`, `DisconnectedError`.
   */
  subscribe(session: ClientSession, request: SubscribeRequest): Promise<SubscriptionConfirmed> {
    return this.queue.join(session, request);
  }

  /** Resolves when the client is out of the room and everything it asked for before is done. */
  unsubscribe(session: ClientSession, room: Room): Promise<void> {
    return this.queue.leave(session, () => session.leave(room));
  }

  private async answer(session: ClientSession, batch: readonly Waiting[]): Promise<void> {
    const { epoch } = this.events.cursor;
    const admitted = withinLimit(session, batch);
    try {
      if (admitted.some(({ request }) => !request.since)) await this.untilSettled();
      const returning = await this.reached(admitted.filter(({ request }) => this.canRecover(request)));
      const missed = returning.length > 0 ? this.missed(returning) : null;
      do {
        await untilItReads(session, this.config.sendBufferBytes);
        while (missed && !missed.complete && session.connected) await missed.step();
        // One that was suspended meanwhile is sent what it missed when it is taken back: first that, then this.
      } while (session.suspended && session.connected);
      // From here to the end nothing is awaited: no event can be delivered in between.
      if (!session.connected) throw new DisconnectedError();
      const sent =
        missed && !missed.tooMany && epoch === this.events.cursor.epoch
          ? this.send(session, returning, missed.events)
          : null;
      for (const entry of admitted) this.admit(session, entry, returning.includes(entry) ? sent : null);
    } catch (error) {
      for (const { reject } of admitted) reject(error);
    }
  }

  /** Without a position a client begins now: what was acknowledged before its request is not news to it. */
  private async untilSettled(): Promise<void> {
    try {
      await this.untilAt(await this.awaitSequenced.all());
    } catch (error) {
      // The log is out of reach; rooms are open all the same.
      this.logger.debug(error);
    }
  }

  private canRecover({ since }: SubscribeRequest): boolean {
    return since?.epoch === this.events.cursor.epoch;
  }

  /** Those whose position this instance has reached too, after waiting a while for the furthest. */
  private async reached(returning: readonly Waiting[]): Promise<readonly Waiting[]> {
    const furthest = Math.max(0, ...returning.map(({ request }) => request.since!.position));
    await this.untilAt(furthest);
    return returning.filter(({ request }) => request.since!.position <= this.events.cursor.position);
  }

  private async untilAt(position: number): Promise<void> {
    const began = this.clock.now();
    while (this.events.cursor.position < position && !this.clock.hasPassed(WAIT_FOR_POSITION, began)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private missed(returning: readonly Waiting[]): Missed {
    const positions = returning.map(({ request }) => request.since!.position);
    return this.replay.since(
      Math.min(...positions),
      returning.map(({ request }) => request.room),
    );
  }

  private send(session: ClientSession, returning: readonly Waiting[], missed: readonly InventoryEvent[]) {
    const since = new Map<string, number>();
    for (const { request } of returning) {
      const name = roomName(request.room);
      since.set(name, Math.min(request.since!.position, since.get(name) ?? Number.POSITIVE_INFINITY));
    }
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
    const { cursor } = this.events;
    session.join(room, sent ? since!.position : cursor.position);
    const confirmed: SubscriptionConfirmed = {
      ...room,
      room: roomName(room),
      ...cursor,
      recovered: sent !== null,
      replayed: sent ? countOf(room, sent) : 0,
      ...(since && !sent && { reason: this.reasonFor(since) }),
    };
    session.socket.emit(SUBSCRIBED, confirmed);
    entry.resolve(confirmed);
  }

  private reasonFor(since: LogCursor): NotRecovered {
    return since.epoch === this.events.cursor.epoch ? 'too_old' : 'epoch_changed';
  }
}

/** Refuses what would be one room too many, before anything is sent for it. */
function withinLimit(session: ClientSession, batch: readonly Waiting[]): Waiting[] {
  const added = new Set<string>();
  return batch.filter(({ request: { room }, reject }) => {
    const known = session.has(room) || added.has(roomName(room));
    if (!known && session.size + added.size >= MAX_SUBSCRIPTIONS) {
      reject(new TooManySubscriptionsError(MAX_SUBSCRIPTIONS));
      return false;
    }
    if (!known) added.add(roomName(room));
    return true;
  });
}

function countOf(room: Room, events: readonly InventoryEvent[]): number {
  const name = roomName(room);
  return events.filter((event) => roomsOf(event).includes(name)).length;
}
