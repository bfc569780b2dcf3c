import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { Clock } from '../../infra/index.js';
import { textLengthOf } from '../log/event-batch.js';
import { type LeaderConnections, LeaderElection } from '../sequencer/leader-election.js';
import { SEQUENCE_BATCH } from '../sequencer/sequence-events.sql.js';
import { CacheInvalidation } from './cache-invalidation.js';
import { UnreachedCache } from './unreached-cache.js';

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
 * missed, so the caches are cleared before the word is given again: under the leadership for which it is given, since
 * another one may have come between two of this instance's.
 */
@Injectable()
export class FreshnessLease {
  /** The leadership under which nothing has been missed. */
  private trustedBy: LeaderConnections | null = null;
  private renewedAt = 0;
  /**
   * Under which leadership the caches were last to be cleared, and when they couldn't be. Batches are announced one
   * after the other, and would all wait for that.
   */
  private cleared: { by: LeaderConnections | null; failedAt: number } = { by: null, failedAt: -Infinity };
  /** The last change of a full batch: its events may be spread over two batches, but must be seen together. */
  private tail: InventoryEvent[] = [];

  constructor(
    private readonly invalidation: CacheInvalidation,
    private readonly leadership: LeaderElection,
    private readonly unreached: UnreachedCache,
    private readonly clock: Clock,
  ) {}

  /** The log has a new epoch: what was heard of the caches is of another one. */
  distrust(): void {
    this.trustedBy = null;
    this.cleared = { by: null, failedAt: -Infinity };
  }

  /** Events whose writers have invalidated the caches themselves. */
  markDone(eventIds: readonly string[]): void {
    this.invalidation.markDone(eventIds);
  }

  /** @param tried by a writer in this process that has just failed to, and goes on: nothing is waited for again */
  async invalidate(events: readonly InventoryEvent[], tried = false): Promise<void> {
    const began = performance.now();
    const open = [...this.tail, ...events].filter((event) => !this.invalidation.isDone(event));
    let done = true;
    if (textOf(open) > MOST_TEXT) await this.invalidateAll(tried);
    else if (open.length > 0) {
      const tries = !tried && this.unreached.failsOver;
      done = await this.invalidation.invalidateOrWithhold(open, tries ? this.leadership.heldSince : undefined);
      // Where each cache hasn't tried again for itself. What follows is announced, and others take that for done.
      if (!done && !tried && !this.unreached.failsOver) done = await this.unreached.madeUp(began);
      if (!done) this.trustedBy = null;
    }
    const last = events.at(-1)!;
    const cut = events.length === SEQUENCE_BATCH;
    // A change of a vendor is one event.
    this.tail = events.filter(
      ({ productId, version }) => cut && productId !== null && productId === last.productId && version === last.version,
    );
    if (!this.trusted && this.due) await this.clearOrTry(began, tried || !done);
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

  /** @param tried see `invalidate` */
  async invalidateAll(tried = false): Promise<void> {
    // The rest of a change that was cut in two: no page from before the change is left.
    this.tail = [];
    await this.clearOrTry(performance.now(), tried);
  }

  /** Whether `keep` has anything to do. */
  get due(): boolean {
    const { by, failedAt } = this.cleared;
    const since = by === this.leadership.current ? failedAt : -Infinity;
    return this.clock.hasPassed(RENEW_EVERY, this.trusted ? this.renewedAt : since);
  }

  /**
   * Renews the lease when it is time, if this instance leads. Every event with a position must have been invalidated.
   *
   * @param ledAt moment of `performance.now()` when it led for certain, or had not yet begun to: an instance that has
   *   stood still may learn late that another one leads, and would vouch for what that one has done since
   */
  async keep(ledAt: number): Promise<void> {
    if (!this.due || !this.leadership.held) return;
    const now = this.clock.now();
    // The heartbeat behind it announces what the leader before has sequenced as well. A new one tries again once;
    // inline writes wait meanwhile.
    if (!this.trusted) await this.clearOrTry(performance.now(), true);
    if (!this.trusted) return;
    if (!(await this.invalidation.renewLease(ledAt))) this.trustedBy = null;
    this.renewedAt = now;
  }

  private get trusted(): boolean {
    return this.trustedBy !== null && this.trustedBy === this.leadership.current;
  }

  /**
   * What couldn't be cleared is tried again before anything is announced.
   *
   * @param tried whether there was time for that before; under another leadership than the last there was not
   */
  private async clearOrTry(began: number, tried: boolean): Promise<void> {
    const isNew = this.cleared.by !== this.leadership.current;
    await this.clear();
    if (isNew) await this.unreached.beforeFirstWord(began);
    else if (!tried && !this.unreached.failsOver) await this.unreached.madeUp(began);
  }

  private async clear(): Promise<void> {
    const by = this.leadership.current;
    // What was missed may have been the lease as well.
    if (!this.trusted) this.renewedAt = -Infinity;
    const isCleared = await this.invalidation.clear();
    this.trustedBy = isCleared ? by : null;
    this.cleared = { by, failedAt: isCleared ? -Infinity : this.clock.now() };
  }
}

const textOf = (events: readonly InventoryEvent[]): number =>
  events.reduce((sum, event) => (ABOUT_TEXTS.has(event.eventType) ? sum + textLengthOf(event) : sum), 0);
