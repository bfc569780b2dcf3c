import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { Clock } from '../../infra/index.js';
import { textLengthOf } from '../log/event-batch.js';
import { CacheInvalidation } from './cache-invalidation.js';
import { SEQUENCE_BATCH } from '../sequencer/sequence-events.sql.js';

/** Milliseconds between renewals of the lease. */
const RENEW_EVERY = 1_000;

/**
 * Open events of one batch beyond which everything is put out of date. Unrelated events concern about ten scopes each
 * and between them most of the pages there are; naming the scopes took a seventh of the time of a backlog.
 */
const MOST_BY_SCOPE = 100;

/**
 * Characters of texts in open events of one batch beyond which everything is put out of date: the words of what others
 * have written would have to be made a second time, which takes seconds for the largest request. A thousand new
 * products of the usual kind have fewer.
 */
const MOST_TEXT = 256 * 1024;

/** Events that change what products are found by. */
const ABOUT_TEXTS: ReadonlySet<string> = new Set(['product_created', 'product_updated', 'product_deleted']);

/**
 * The leader's word that caches may be trusted (G2). It is given only while every event sequenced so far has been
 * invalidated by this leader. After anything else (a new leader, a cache that was out of reach) it is unknown what was
 * missed, so the caches are cleared before the word is given again.
 */
@Injectable()
export class FreshnessLease {
  private trusted = false;
  private renewedAt = 0;
  /** When the caches couldn't be cleared. Batches are announced one after the other, and would all wait for that. */
  private unclearedAt = -Infinity;
  /** Since when no other instance can have vouched for the caches: a moment of `Clock.monotonic`. For the leader. */
  ledSince: number;
  /** The last change of a full batch: its events may be spread over two batches, but must be seen together. */
  private tail: InventoryEvent[] = [];

  constructor(
    private readonly invalidation: CacheInvalidation,
    private readonly clock: Clock,
  ) {
    this.ledSince = clock.monotonic();
  }

  /** Must be called when the leadership is new or lost, and while it is another one's. */
  distrust(): void {
    this.trusted = false;
    this.unclearedAt = -Infinity;
    this.ledSince = this.clock.monotonic();
  }

  /** Events whose writers have invalidated the caches themselves. */
  markDone(eventIds: readonly string[]): void {
    this.invalidation.markDone(eventIds);
  }

  /** @param tried by a writer in this process that has just failed to, and goes on: nothing is waited for again */
  async invalidate(events: readonly InventoryEvent[], tried = false): Promise<void> {
    const open = [...this.tail, ...events].filter((event) => !this.invalidation.isDone(event));
    if (textOf(open) > MOST_TEXT) await this.invalidateAll();
    else if (open.length > 0) {
      const done = await this.invalidation.invalidateOrWithhold(open, tried ? undefined : this.ledSince);
      if (!done) this.trusted = false;
    }
    const last = events.at(-1)!;
    const cut = events.length === SEQUENCE_BATCH;
    // A change of a vendor is one event.
    this.tail = events.filter(
      ({ productId, version }) => cut && productId !== null && productId === last.productId && version === last.version,
    );
    if (!this.trusted && this.due) await this.clear();
  }

  /**
   * The same for a batch of a backlog, as far as that can be done without reading its events.
   * @returns false if it can't: then `invalidate` must be called with them, or `invalidateAll`
   */
  async invalidateUnread(eventIds: readonly string[]): Promise<boolean> {
    const open = eventIds.filter((eventId) => !this.invalidation.isDone({ eventId }));
    if (open.length <= MOST_BY_SCOPE) return false;
    await this.invalidateAll();
    return true;
  }

  async invalidateAll(): Promise<void> {
    // The rest of a change that was cut in two: no page from before the change is left.
    this.tail = [];
    await this.clear();
  }

  /** Whether `keep` has anything to do. */
  get due(): boolean {
    return this.clock.hasPassed(RENEW_EVERY, this.trusted ? this.renewedAt : this.unclearedAt);
  }

  /** Renews the lease when it is time. Every event with a position must have been invalidated. */
  async keep(): Promise<void> {
    if (!this.due) return;
    const now = this.clock.now();
    if (!this.trusted) await this.clear();
    if (!this.trusted) return;
    this.trusted = await this.invalidation.renewLease();
    this.renewedAt = now;
  }

  private async clear(): Promise<void> {
    // What was missed may have been the lease as well.
    if (!this.trusted) this.renewedAt = -Infinity;
    this.trusted = await this.invalidation.clear();
    if (!this.trusted) this.unclearedAt = this.clock.now();
  }
}

const textOf = (events: readonly InventoryEvent[]): number =>
  events.reduce((sum, event) => (ABOUT_TEXTS.has(event.eventType) ? sum + textLengthOf(event) : sum), 0);
