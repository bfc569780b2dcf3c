import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppConfig } from '../../config/index.js';
import { ProjectionPositions } from '../../consumers/index.js';
import {
  type LogCursor,
  SERIES_SUBSCRIBED,
  type SeriesSubscriptionConfirmed,
  type SeriesUpdated,
} from '../../contracts/index.js';
import { AwaitSequenced, EventLog, EventReaction, type NewEpochHandler } from '../../events/index.js';
import { Clock, pollUntil } from '../../infra/index.js';
import { DisconnectedError, MAX_SUBSCRIPTIONS, TooManySubscriptionsError } from '../../realtime/index.js';
import { PRICE_SERIES } from '../projection/series-projection.js';
import { SeriesReads } from '../projection/series-reads.js';
import { type ChangedPoints, ChangedPointsReader, type SeriesKey } from './changed-points.js';
import { SeriesFeed } from './series-feed.js';
import type { SeriesRequest } from './series-request.js';
import { send, type SeriesSubscription } from './series-subscriptions.js';

/** Milliseconds to wait for the tables to reach where the client, or what was acknowledged, is already. */
const REACHED = { every: 15, atMost: 1_000 };
/** Milliseconds between looks at a client that doesn't read. */
const UNREAD = 20;

/**
 * Lets clients into series without a gap: what has changed since their position is sent first. Requests of one client
 * are answered one after the other, and not before it reads.
 */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 90 })
export class SeriesSubscriber implements NewEpochHandler {
  private readonly logger = new Logger(SeriesSubscriber.name);
  private readonly last = new WeakMap<Socket, Promise<unknown>>();

  constructor(
    private readonly feed: SeriesFeed,
    private readonly reader: ChangedPointsReader,
    private readonly reads: SeriesReads,
    private readonly positions: ProjectionPositions,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly log: EventLog,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Throws `TooManySubscriptionsError`, `DisconnectedError`. */
  subscribe(socket: Socket, request: SeriesRequest): Promise<SeriesSubscriptionConfirmed> {
    return this.inTurn(socket, () => this.admit(socket, request));
  }

  /** Resolves when the client gets nothing more of the series. */
  unsubscribe(socket: Socket, request: SeriesRequest): Promise<SeriesKey> {
    return this.inTurn(socket, async () => {
      const key = await this.keyOf(request);
      this.feed.subscriptions.remove(socket, key);
      return key;
    });
  }

  /** Clients know points that have never been. */
  onNewEpoch(began: LogCursor): void {
    for (const { socket, key } of this.feed.subscriptions.all) {
      const confirmed = { ...shown(key), ...began, recovered: false, replayed: 0, reason: 'epoch_changed' } as const;
      socket.emit(SERIES_SUBSCRIBED, confirmed satisfies SeriesSubscriptionConfirmed);
    }
  }

  private async admit(socket: Socket, request: SeriesRequest): Promise<SeriesSubscriptionConfirmed> {
    const { since } = request;
    const key = await this.keyOf(request);
    const head = await this.reached(since);
    const { epoch } = this.log;
    const missed = since?.epoch === epoch ? await this.missed(since.position, key) : undefined;
    const position = missed?.position ?? (await this.reader.position());
    while (socket.connected && this.feed.isSlow(socket)) await sleep(UNREAD);
    // From here on nothing is awaited.
    if (!socket.connected) throw new DisconnectedError();
    const { subscriptions } = this.feed;
    if (!subscriptions.find(socket, key) && subscriptions.countOf(socket) >= MAX_SUBSCRIPTIONS) {
      throw new TooManySubscriptionsError(MAX_SUBSCRIPTIONS);
    }
    const replayed = missed ? this.join(socket, key, since!.position, missed, head) : 0;
    if (!missed) this.feed.join({ socket, key, position }, head);
    const confirmed: SeriesSubscriptionConfirmed = {
      ...shown(key),
      ...{ epoch, position, recovered: missed !== undefined, replayed },
      ...(since && !missed && { reason: since.epoch === epoch ? 'too_old' : 'epoch_changed' }),
    };
    socket.emit(SERIES_SUBSCRIBED, confirmed);
    return confirmed;
  }

  private join(socket: Socket, key: SeriesKey, since: number, missed: ChangedPoints, head: number): number {
    const subscription: SeriesSubscription = { socket, key, position: since };
    const replayed = send(subscription, missed.updates);
    subscription.position = Math.max(since, missed.position);
    this.feed.join(subscription, head);
    return replayed;
  }

  /** Undefined if it is more than is sent again. */
  private async missed(since: number, key: SeriesKey): Promise<ChangedPoints | undefined> {
    const { replayEvents, replayBytes } = this.config;
    const missed = await this.reader.after(since, [key], replayEvents + 1);
    const isTooMuch = missed.updates.length > replayEvents || bytesOf(missed.updates) > replayBytes;
    return isTooMuch ? undefined : missed;
  }

  /** What was acknowledged before the request is not news to the client. @returns the newest position it may know */
  private async reached(since: LogCursor | undefined): Promise<number> {
    let head = since?.position ?? 0;
    try {
      if (!since) head = await this.awaitSequenced.all();
      const isThere = async (): Promise<boolean> => (await this.reader.position()) >= head;
      if (await isThere()) return head;
      await this.positions.awaited(PRICE_SERIES, () => pollUntil(isThere, { ...REACHED, clock: this.clock }));
    } catch (error) {
      this.logger.debug(error);
    }
    return head;
  }

  private async keyOf({ commodity, state }: SeriesRequest): Promise<SeriesKey> {
    if (state === undefined) return { commodity, state: '' };
    const { spellings } = await this.reads.placed({ state });
    return { commodity, state: spellings?.state?.[0] ?? state };
  }

  private inTurn<Result>(socket: Socket, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(socket) ?? Promise.resolve();
    const result = before.then(work, work);
    this.last.set(socket, result);
    return result;
  }
}

const bytesOf = (updates: readonly SeriesUpdated[]): number => JSON.stringify(updates).length;
export const shown = ({ commodity, state }: SeriesKey) => ({ commodity, state: state === '' ? null : state });
