import { Injectable } from '@nestjs/common';
import { LeaderWord } from '../invalidation/leader-word.js';
import { type Attempt, attempted, UnreachedCache } from '../invalidation/unreached-cache.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { AwaitSequenced } from './await-sequenced.js';

/** Milliseconds that the writer of a change waits for the leader at most. */
const FOR_LEADER = 2_000;

/**
 * Lets an acknowledgement wait when its writer couldn't reach a cache: other instances may, and would go on serving
 * what it has changed (G1). The wait ends as soon as one of these is so:
 *
 * - the writer has reached the cache after all;
 * - another instance leads and has put the change out of date, as it does before it announces it;
 * - the writer leads itself, and the lease of what it doesn't reach, which no other instance renews, has run out, so
 *   that no page of it is served. In a Redis Cluster each partition has a lease of its own;
 * - the writer leads itself, and has tried in vain for as long as the leader does (`UnreachedCache`).
 *
 * Beyond the bound the change is acknowledged all the same, and G2 bounds what is served.
 */
@Injectable()
export class AwaitInvalidated {
  constructor(
    private readonly unreached: UnreachedCache,
    private readonly leadership: LeaderElection,
    private readonly log: AwaitSequenced,
    private readonly word: LeaderWord,
  ) {}

  /**
   * Resolves when no search can be served from before what has been committed, or when that takes too long.
   *
   * @param since moment of `performance.now()` when the writer began to put it out of date: a cache that has let it
   *   wait has had some of the time, half of it at most
   * @returns whether this instance has put it out of date itself, or it isn't served any more
   */
  async madeUp(since: number): Promise<boolean> {
    if (!this.unreached.owes) return true;
    if (this.leadership.held) return this.unreached.madeUp(since);
    const within = Math.max(FOR_LEADER / 2, FOR_LEADER - (performance.now() - since));
    return attempted(within, (attempt) =>
      Promise.race([this.unreached.untilReached(attempt), this.byLeader(attempt, within)]),
    );
  }

  private async byLeader(attempt: Readonly<Attempt>, within: number): Promise<void> {
    // An end of the log before the change has its position says nothing of it: maybe no instance leads.
    const position = await this.log.allUntil(() => attempt.isOver);
    if (position !== null) await this.word.given(position, within);
  }
}
