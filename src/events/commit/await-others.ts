import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { afterCommit } from '../../database/index.js';
import { Clock, endsWithin } from '../../infra/index.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { AwaitSequenced } from './await-sequenced.js';

/**
 * Milliseconds after which no search is served from before a change: that is ten seconds behind its commit, whatever is
 * dead (G2). `updatedAt` may lie ten seconds before that, which a statement may take. The rest is for clocks that
 * differ.
 */
const RECENT = 30_000;
/** Milliseconds for the log and the leader's word together. */
const AT_MOST = 2_500;

/**
 * For "nothing to change", which acknowledges what another instance may just have committed: it may not have put out of
 * date yet what it has changed, so that a search would miss what this answer says (G1).
 */
@Injectable()
export class AwaitOthers {
  constructor(
    private readonly config: AppConfig,
    private readonly log: AwaitSequenced,
    private readonly word: LeaderWord,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when no search can miss these states, at once if they are older; in a transaction of the caller it is
   * waited for after the commit. At most 2.5 s, and never rejects.
   */
  async announced(states: readonly { updatedAt: string }[]): Promise<void> {
    // Without Redis there are no others.
    if (!this.config.redis || !states.some(({ updatedAt }) => this.isRecent(updatedAt))) return;
    await afterCommit(() => this.arrived());
  }

  private async arrived(): Promise<void> {
    const until = performance.now() + AT_MOST;
    const left = (): number => until - performance.now();
    const announced = async (): Promise<void> => {
      const position = await this.log.allUntil(() => left() <= 0);
      if (position !== null) await this.word.given(position, left());
    };
    // A PostgreSQL that hangs doesn't answer for longer.
    await endsWithin(AT_MOST, announced());
  }

  /** By the clock of the instance that has changed it, which may be ahead of this one's. */
  private isRecent(updatedAt: string): boolean {
    return Math.abs(this.clock.now() - Date.parse(updatedAt)) < RECENT;
  }
}
