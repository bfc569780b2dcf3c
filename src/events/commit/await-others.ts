import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { afterCommit } from '../../database/index.js';
import { Clock } from '../../infra/index.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { AwaitSequenced } from './await-sequenced.js';

/** Milliseconds after which no search is served from before a change, whatever is dead (G2), and clocks that differ. */
const RECENT = 15_000;
/** Milliseconds that the leader's word is waited for at most; for the log it is a second. */
const WORD_AT_MOST = 1_500;

/**
 * For "nothing to change", which acknowledges what another instance may just have committed: it may not have put out of
 * date yet what it has changed, so that a search would miss what this answer says (G1).
 */
@Injectable()
export class AwaitOthers {
  private readonly logger = new Logger(AwaitOthers.name);

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
    await afterCommit(() => this.arrived().catch((error: unknown) => this.logger.debug(error)));
  }

  private async arrived(): Promise<void> {
    await this.word.given(await this.log.all(), WORD_AT_MOST);
  }

  /** By the clock of the instance that has changed it, which may be ahead of this one's. */
  private isRecent(updatedAt: string): boolean {
    return Math.abs(this.clock.now() - Date.parse(updatedAt)) < RECENT;
  }
}
