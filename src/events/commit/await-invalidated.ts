import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { endsWithin, NextTurn, SingleFlight } from '../../infra/index.js';
import { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { AwaitSequenced } from './await-sequenced.js';

/** Milliseconds that the writer of a change waits for the leader at most. */
const FOR_LEADER = 2_000;
/** For its own connection: those that have been lost together, as their Redis has, come back within less. */
const FOR_CONNECTION = 500;
/** After a wait for the one Redis in vain, or another writer who would have waited, none waits for it any more. */
const IN_VAIN_FOR = 1_000;
/** Milliseconds between two tries. */
const TRY_EVERY = 50;

interface Wait {
  isOver: boolean;
  /** By this instance itself. */
  madeUp: boolean;
}

/**
 * Lets an acknowledgement wait when its writer couldn't reach a cache: other instances may, and would go on serving
 * what it has changed (G1). The wait ends as soon as one of these is so:
 *
 * - the writer has reached the cache after all;
 * - another instance leads and has put the change out of date, as it does before it announces it;
 * - the writer leads itself, and the lease of what it doesn't reach, which no other instance renews, has run out, so
 *   that no page of it is served. In a Redis Cluster each partition has a lease of its own;
 * - the writer leads itself, and has waited for the one Redis there is in vain: mostly that is away for all.
 *
 * Beyond the bound the change is acknowledged all the same, and G2 bounds what is served. All who wait share each try.
 */
@Injectable()
export class AwaitInvalidated {
  private readonly failsOver: boolean;
  private readonly pauses = new SingleFlight<void>();
  private readonly tries = new NextTurn(() => this.invalidation.makeUp(this.leadership.heldSince));
  private inVainAt = Number.NEGATIVE_INFINITY;

  constructor(
    { redis }: AppConfig,
    private readonly invalidation: CacheInvalidation,
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
   * @returns whether this instance has put it out of date itself, or it isn't served any more
   */
  async madeUp(since: number): Promise<boolean> {
    if (!this.invalidation.owes(this.leadership.heldSince)) return true;
    if (this.isInVain()) return this.tries.ask();
    const atMost = this.leadership.held ? FOR_CONNECTION : FOR_LEADER;
    const within = Math.max(atMost / 2, atMost - (performance.now() - since));
    const wait: Wait = { isOver: false, madeUp: false };
    await endsWithin(within, this.byEither(wait, within));
    wait.isOver = true;
    if (!wait.madeUp && this.leadership.held) this.inVainAt = performance.now();
    return wait.madeUp;
  }

  /** With a successor that others may be connected to, each change is waited for. */
  private isInVain(): boolean {
    if (this.failsOver || !this.leadership.held) return false;
    const now = performance.now();
    if (now - this.inVainAt > IN_VAIN_FOR) return false;
    this.inVainAt = now;
    return true;
  }

  private byEither(wait: Wait, within: number): Promise<unknown> {
    const byItself = this.byItself(wait);
    if (this.leadership.held) return byItself;
    return Promise.race([byItself, this.byLeader(wait, within)]);
  }

  private async byItself(wait: Wait): Promise<void> {
    for (;;) {
      wait.madeUp = !this.invalidation.owes(this.leadership.heldSince) || (await this.tries.ask());
      if (wait.madeUp || wait.isOver) return;
      await this.pauses.run('pause', () => sleep(TRY_EVERY));
      if (wait.isOver) return;
    }
  }

  private async byLeader(wait: Readonly<Wait>, within: number): Promise<void> {
    // An end of the log before the change has its position says nothing of it: maybe no instance leads.
    const position = await this.log.allUntil(() => wait.isOver);
    if (position !== null) await this.word.given(position, within);
  }
}
