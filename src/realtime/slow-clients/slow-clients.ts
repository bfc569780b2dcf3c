import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { InventoryEventService } from '../../events/index.js';
import { Clock } from '../../infra/index.js';
import {
  EXCEPTION,
  type ExceptionMessage,
  NOTIFICATION,
  SUBSCRIBED,
  type SubscriptionConfirmed,
} from '../protocol/messages.js';
import { RealtimeMetrics } from '../realtime.metrics.js';
import { Replay } from '../recovery/replay.js';
import { roomName } from '../protocol/rooms.js';
import type { ClientSession } from '../sessions/client-session.js';
import { Sessions } from '../sessions/sessions.js';
import { bufferedBytes, discardConnection } from '../sending/send-buffer.js';

/**
 * Milliseconds between sweeps over the send buffers. What a fast market sends meanwhile comes on top of the bound; it
 * costs little, since a broadcast is encoded once and all buffers share its bytes. A sweep within a burst was worse: it
 * takes fast clients for slow ones, which have had no chance to read yet.
 */
const POLL_EVERY = 100;
/** A suspended client is taken back when this part of the bound is left in its buffer. */
const LOW_WATER = 1 / 16;
/** Milliseconds without a byte of progress after which a client is given up. */
export const GIVE_UP_AFTER = 30_000;

export const SLOW_CONSUMER = 'slow_consumer';

interface Suspension {
  /** The least that has been waiting since. */
  bytes: number;
  progressAt: number;
  resuming: boolean;
}

/**
 * Bounds the memory a slow client costs (G7). One whose send buffer passes the bound is taken out of its rooms; once it
 * has read what was waiting, it gets the newest event of every product it missed and is taken back. What a client
 * brings about itself and doesn't read is bounded by `ConnectionGuard`, without patience.
 */
@Injectable()
export class SlowClients implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SlowClients.name);
  private readonly suspended = new Map<ClientSession, Suspension>();
  private timer: NodeJS.Timeout | undefined;
  /** Those over the bound at the last sweep: it takes two in a row, a burst alone is not slowness. */
  private over = new Set<ClientSession>();

  constructor(
    private readonly sessions: Sessions,
    private readonly events: InventoryEventService,
    private readonly replay: Replay,
    private readonly metrics: RealtimeMetrics,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    metrics.watchSlow(() => this.suspended.size);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.sweep(), POLL_EVERY).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const over = new Set<ClientSession>();
    for (const session of this.sessions) {
      const suspension = this.suspended.get(session);
      const bytes = bufferedBytes(session.socket);
      if (suspension) this.review(session, suspension, bytes);
      else if (bytes <= this.config.sendBufferBytes) continue;
      // Even one without rooms: what it has asked for waits as well.
      else if (this.over.has(session)) this.suspend(session, bytes);
      else over.add(session);
    }
    this.over = over;
    for (const session of this.suspended.keys()) if (!session.connected) this.suspended.delete(session);
  }

  private suspend(session: ClientSession, bytes: number): void {
    session.suspend(this.events.cursor.position);
    this.suspended.set(session, { bytes, progressAt: this.clock.now(), resuming: false });
    this.metrics.slow.inc({ outcome: 'suspended' });
  }

  private review(session: ClientSession, suspension: Suspension, bytes: number): void {
    const now = this.clock.now();
    if (bytes < suspension.bytes) Object.assign(suspension, { bytes, progressAt: now });
    if (bytes <= this.config.sendBufferBytes * LOW_WATER) {
      if (!suspension.resuming) void this.resume(session, suspension);
    } else if (now - suspension.progressAt > GIVE_UP_AFTER) {
      this.giveUp(session, `Nothing was read for ${GIVE_UP_AFTER / 1_000} seconds`);
    }
  }

  private async resume(session: ClientSession, suspension: Suspension): Promise<void> {
    suspension.resuming = true;
    try {
      const missed = this.replay.since(session.resumeFrom, session.rooms);
      while (!missed.complete && session.connected) await missed.step();
      if (!session.connected) return;
      // Nothing is awaited from here: no event can come between the last one sent and the rooms.
      const newest = missed.tooMany ? [] : newestOfEach(missed.events.filter((event) => session.covers(event)));
      for (const event of newest) session.socket.emit(NOTIFICATION, event);
      session.resume();
      this.tell(session, !missed.tooMany, newest.length);
      this.suspended.delete(session);
      this.metrics.slow.inc({ outcome: missed.tooMany ? 'told' : 'caught_up' });
    } catch (error) {
      // The log is out of reach; the next sweep tries again.
      this.logger.debug(error);
    } finally {
      suspension.resuming = false;
    }
  }

  /** The confirmation again, one for each room: the client learns that events were left out. */
  private tell(session: ClientSession, recovered: boolean, replayed: number): void {
    const cursor = this.events.cursor;
    for (const room of session.rooms) {
      const confirmed: SubscriptionConfirmed = {
        ...room,
        room: roomName(room),
        ...cursor,
        recovered,
        replayed,
        reason: recovered ? 'conflated' : 'too_old',
      };
      session.socket.emit(SUBSCRIBED, confirmed);
    }
  }

  private giveUp(session: ClientSession, message: string): void {
    const exception: ExceptionMessage = { status: 'error', code: SLOW_CONSUMER, message };
    session.socket.emit(EXCEPTION, exception);
    this.suspended.delete(session);
    this.metrics.slow.inc({ outcome: 'disconnected' });
    discardConnection(session.socket);
  }
}

/** Of each product, and of each vendor. */
function newestOfEach(events: readonly InventoryEvent[]): InventoryEvent[] {
  const newest = new Map(events.map((event) => [event.productId ?? `vendor ${event.vendorId}`, event]));
  return [...newest.values()].sort((one, other) => one.position - other.position);
}
