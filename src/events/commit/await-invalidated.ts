import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Clock, pollUntil } from '../../infra/index.js';
import { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import { FreshnessLease } from '../invalidation/freshness-lease.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { AwaitSequenced } from './await-sequenced.js';

/** Milliseconds that the writer of a change waits for the leader at most. */
const FOR_LEADER = 2_000;
/** For its own connection: those that have been lost together, as their Redis has, come back within less. */
const FOR_CONNECTION = 500;
/** Milliseconds between two tries. */
const TRY_EVERY = 50;

/**
 * Lets an acknowledgement wait when its writer couldn't reach a cache: other instances may, and would go on serving
 * what it has changed (G1). The wait ends as soon as one of these is so:
 *
 * - the writer has reached the cache after all;
 * - another instance leads and has put the change out of date, as it does before it announces it;
 * - the writer leads itself, and there is no other Redis that the others might be connected to already, or the lease
 *   that no other instance renews has run out, so that no page is served.
 *
 * Beyond the bound the change is acknowledged all the same, and G2 bounds what is served.
 */
@Injectable()
export class AwaitInvalidated {
  private readonly failsOver: boolean;

  constructor(
    { redis }: AppConfig,
    private readonly invalidation: CacheInvalidation,
    private readonly lease: FreshnessLease,
    private readonly leadership: LeaderElection,
    private readonly log: AwaitSequenced,
    private readonly word: LeaderWord,
    private readonly clock: Clock,
  ) {
    this.failsOver = redis?.sentinels !== undefined || redis?.cluster !== undefined;
  }

  /** Resolves when no search can be served from before what has been committed, or when that takes too long. */
  async madeUp(): Promise<void> {
    if (!this.leadership.held) await this.byEither();
    else if (this.failsOver) await this.byItself(() => !this.lease.mayHold, FOR_CONNECTION);
  }

  private async byEither(): Promise<void> {
    let isOver = false;
    const byItself = this.byItself(() => isOver, FOR_LEADER);
    const byLeader = this.log.all().then((position) => this.word.given(position));
    // If PostgreSQL hangs, nothing can be heard of the leader.
    await Promise.race([byItself, byLeader.catch(() => byItself)]);
    isOver = true;
  }

  private byItself(enough: () => boolean, atMost: number): Promise<unknown> {
    const done = (): boolean | Promise<boolean> => enough() || this.invalidation.makeUp();
    return pollUntil(done, { every: TRY_EVERY, atMost, clock: this.clock });
  }
}
