import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { endsWithin, NextTurn, SingleFlight } from '../../infra/index.js';
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
 *   of what it doesn't reach, which no other instance renews, has run out, so that no page of it is served. In a Redis
 *   Cluster each partition has a lease of its own.
 *
 * Beyond the bound the change is acknowledged all the same, and G2 bounds what is served. All who wait share each try.
 */
@Injectable()
export class AwaitInvalidated {
  private readonly failsOver: boolean;
  private readonly pauses = new SingleFlight<void>();
  private readonly tries = new NextTurn(() => this.invalidation.makeUp(this.ledSince));

  constructor(
    { redis }: AppConfig,
    private readonly invalidation: CacheInvalidation,
    private readonly lease: FreshnessLease,
    private readonly leadership: LeaderElection,
    private readonly log: AwaitSequenced,
    private readonly word: LeaderWord,
  ) {
    this.failsOver = redis?.sentinels !== undefined || redis?.cluster !== undefined;
  }

  /**
   * Resolves when no search can be served from before what has been committed, or when that takes too long.
   *
   * @param since moment of `performance.now()` when the writer began to put it out of date: a cache that has let it
   *   wait has had some of the time, half of it at most
   */
  async madeUp(since: number): Promise<void> {
    if ((this.leadership.held && !this.failsOver) || !this.invalidation.owes(this.ledSince)) return;
    const atMost = this.leadership.held ? FOR_CONNECTION : FOR_LEADER;
    const within = Math.max(atMost / 2, atMost - (performance.now() - since));
    const wait = { isOver: false };
    await endsWithin(within, this.byEither(wait, within));
    wait.isOver = true;
  }

  private byEither(wait: { readonly isOver: boolean }, within: number): Promise<unknown> {
    const byItself = this.byItself(wait);
    if (this.leadership.held) return byItself;
    // If PostgreSQL hangs, nothing can be heard of the leader.
    return Promise.race([byItself, this.byLeader(wait, within).catch(() => byItself)]);
  }

  private async byItself(wait: { readonly isOver: boolean }): Promise<void> {
    while (!wait.isOver) {
      await this.pauses.run('pause', () => sleep(TRY_EVERY));
      if (wait.isOver || !this.invalidation.owes(this.ledSince) || (await this.tries.ask())) return;
    }
  }

  private async byLeader(wait: { readonly isOver: boolean }, within: number): Promise<void> {
    let position: number | null = null;
    // An end of the log before the change has its position says nothing of it: maybe no instance leads.
    while (position === null && !wait.isOver) position = await this.log.allOrNone();
    if (position !== null) await this.word.given(position, within);
  }

  private get ledSince(): number | undefined {
    return this.leadership.held ? this.lease.ledSince : undefined;
  }
}
