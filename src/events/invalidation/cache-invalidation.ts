import { Injectable } from '@nestjs/common';
import type { EventContent } from '../../contracts/index.js';
import { EventReaction, type InvalidatableCache, type NewEpochHandler } from '../event-reaction.js';

/** Enough for what waits between a commit and the relay; an event that is forgotten is merely invalidated twice. */
const REMEMBERED = 20_000;

/**
 * All caches that follow the events. `committed` runs after a commit and before its acknowledgement (G1);
 * the relay runs `invalidate` for whatever isn't known to be done before it publishes the events, so that no client is
 * notified of a change whose old pages can still be served.
 */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 40 })
export class CacheInvalidation implements NewEpochHandler {
  private readonly caches: InvalidatableCache[] = [];
  /** Ids of the newest events that their writers have invalidated after the commit, in order. */
  private readonly done = new Set<string>();

  register(cache: InvalidatableCache): void {
    this.caches.push(cache);
  }

  /**
   * For the writer, after its commit. Never rejects: the change has happened.
   * @returns ids of the events that the relay needn't invalidate again: all of them or, if it couldn't be done, none
   */
  async committed(events: readonly EventContent[]): Promise<string[]> {
    if (!(await this.invalidate(events))) return [];
    const ids = events.map(({ eventId }) => eventId);
    this.markDone(ids);
    return ids;
  }

  markDone(eventIds: readonly string[]): void {
    for (const eventId of eventIds) this.done.add(eventId);
    for (const eventId of this.done) {
      if (this.done.size <= REMEMBERED) return;
      this.done.delete(eventId);
    }
  }

  /** Whether the writer has done it already; doing it again would only put fresh pages out of date. */
  isDone({ eventId }: Pick<EventContent, 'eventId'>): boolean {
    return this.done.has(eventId);
  }

  invalidate(events: readonly EventContent[]): Promise<boolean> {
    return this.all((cache) => cache.invalidate(events));
  }

  /** For the leader, see `InvalidatableCache`. */
  invalidateOrWithhold(events: readonly EventContent[], ledSince?: number): Promise<boolean> {
    return this.all((cache) => cache.invalidateOrWithhold?.(events, ledSince) ?? cache.invalidate(events));
  }

  /** Tries to make up for what couldn't be done. @returns whether this instance owes nothing that may be served */
  makeUp(ledSince?: number): Promise<boolean> {
    return this.all((cache) => cache.makeUp?.(ledSince) ?? Promise.resolve(true));
  }

  /** Whether something couldn't be put out of date and may be served, see `InvalidatableCache.owes`. */
  owes(ledSince?: number): boolean {
    return this.caches.some((cache) => cache.owes?.(ledSince) ?? false);
  }

  /** Pages may be of changes that have never been. */
  onNewEpoch(): void {
    void this.clear();
  }

  clear(): Promise<boolean> {
    return this.all((cache) => cache.clear());
  }

  renewLease(since: number): Promise<boolean> {
    return this.all((cache) => cache.renewLease(since));
  }

  private async all(work: (cache: InvalidatableCache) => Promise<boolean>): Promise<boolean> {
    return (await Promise.all(this.caches.map(work))).every(Boolean);
  }
}
