import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { endsWithin, NextTurn, SingleFlight } from '../../infra/index.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { CacheInvalidation } from './cache-invalidation.js';

/** Milliseconds that the leader tries: connections that were lost together, as their Redis was, are back before. */
const FOR_CONNECTION = 500;
/**
 * Milliseconds that a batch waits for its writer, who goes on trying, where there are successors: batches are published
 * one after the other, and on other instances acknowledgements wait for that.
 */
const BEFORE_WORD = 100;
/** After a wait for the one Redis in vain, or another one who would have waited, none waits longer than for one try. */
const IN_VAIN_FOR = 1_000;
/** Milliseconds between two tries. */
const TRY_EVERY = 50;

export interface Attempt {
  isOver: boolean;
  /** By this instance itself. */
  madeUp: boolean;
}

/** @returns whether it was made up for within so many milliseconds */
export async function attempted(milliseconds: number, work: (attempt: Attempt) => Promise<unknown>): Promise<boolean> {
  const attempt: Attempt = { isOver: false, madeUp: false };
  await endsWithin(milliseconds, work(attempt));
  attempt.isOver = true;
  return attempt.madeUp;
}

/**
 * What is done about a cache in which something couldn't be put out of date: it is tried again. All who wait share each
 * try.
 *
 * The leader tries before it acknowledges, and before it announces, since others take its word for done
 * (`LeaderWord`): for half a second. It needn't once no lease of what it doesn't reach can hold, so that no page of it
 * is served.
 *
 * The one Redis is mostly away for all. So after a wait in vain each change waits for one try only, until a second has
 * gone by without a change or it has been reached. Where there are successors (Sentinel, Cluster) others may be
 * connected to one already: there each acknowledgement waits. But batches, of which more than one may wait in a row,
 * are announced after 0.1 s, and so is what a new leader finds.
 */
@Injectable()
export class UnreachedCache {
  readonly failsOver: boolean;
  private readonly pauses = new SingleFlight<void>();
  private readonly tries = new NextTurn(() => this.invalidation.makeUp(this.leadership.heldSince));
  private inVainAt = Number.NEGATIVE_INFINITY;

  constructor(
    { redis }: AppConfig,
    private readonly invalidation: CacheInvalidation,
    private readonly leadership: LeaderElection,
  ) {
    this.failsOver = redis?.sentinels !== undefined || redis?.cluster !== undefined;
  }

  /** Whether something couldn't be put out of date and may be served. */
  get owes(): boolean {
    return this.invalidation.owes(this.leadership.heldSince);
  }

  /**
   * For the leader.
   *
   * @param since moment of `performance.now()` when it began to put something out of date: a cache that has let it wait
   *   has had some of the time, half of it at most
   * @returns whether nothing is owed any more
   */
  async madeUp(since: number): Promise<boolean> {
    const madeUp = !this.owes || (await (this.isInVain() ? this.once() : this.untilConnected(since)));
    this.inVainAt = madeUp ? Number.NEGATIVE_INFINITY : performance.now();
    return madeUp;
  }

  /**
   * For a new leader, before its first word, which others take for what the one before has sequenced, too.
   *
   * @param since see `madeUp`
   */
  async beforeFirstWord(since: number): Promise<void> {
    await (this.failsOver ? this.reachedWithin(BEFORE_WORD) : this.madeUp(since));
  }

  /** Tries until nothing is owed any more, or the attempt is over. */
  async untilReached(attempt: Attempt): Promise<void> {
    for (;;) {
      await this.try(attempt);
      if (attempt.madeUp || attempt.isOver) return;
      await this.pauses.run('pause', () => sleep(TRY_EVERY));
      if (attempt.isOver) return;
    }
  }

  /**
   * For the leader, before it announces a batch.
   *
   * @param tried of its writer, in this process: resolves when `madeUp` has
   */
  async beforeWord(tried: Promise<unknown>): Promise<void> {
    await endsWithin(this.failsOver ? BEFORE_WORD : FOR_CONNECTION, tried);
  }

  private untilConnected(since: number): Promise<boolean> {
    return this.reachedWithin(Math.max(FOR_CONNECTION / 2, FOR_CONNECTION - (performance.now() - since)));
  }

  private reachedWithin(milliseconds: number): Promise<boolean> {
    return attempted(milliseconds, (attempt) => this.untilReached(attempt));
  }

  private once(): Promise<boolean> {
    return attempted(FOR_CONNECTION, (attempt) => this.try(attempt));
  }

  private async try(attempt: Attempt): Promise<void> {
    attempt.madeUp = !this.owes || (await this.tries.ask());
  }

  private isInVain(): boolean {
    if (this.failsOver) return false;
    const now = performance.now();
    if (now - this.inVainAt > IN_VAIN_FOR) return false;
    this.inVainAt = now;
    return true;
  }
}
