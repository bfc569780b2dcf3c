import { Injectable } from '@nestjs/common';
import { Clock, pollUntil } from '../../infra/index.js';
import { EventReaction, type ReplayCondition } from '../event-reaction.js';
import { AwaitSequenced } from '../commit/await-sequenced.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { EventBridge } from './event-bridge.js';

/** Milliseconds after which a replay is answered in any case. */
const AT_MOST = 3_000;
const POLL_EVERY = 5;

/**
 * Lets a replayed answer wait until the events that are committed have been delivered here, and no search is served
 * from before them, even if their writer has died.
 */
@Injectable()
@EventReaction({ to: 'replay', order: 10 })
export class AwaitDelivered implements ReplayCondition {
  constructor(
    private readonly log: AwaitSequenced,
    private readonly bridge: EventBridge,
    private readonly word: LeaderWord,
    private readonly clock: Clock,
  ) {}

  async arrived(): Promise<void> {
    const until = performance.now() + AT_MOST;
    const left = (): number => until - performance.now();
    // An end of the log before the change has its position says nothing of it: maybe no instance leads.
    const position = await this.log.allUntil(() => left() <= 0);
    if (position === null) return;
    const isDelivered = () => this.bridge.cursor.position >= position;
    if (!isDelivered()) await pollUntil(isDelivered, { every: POLL_EVERY, atMost: left(), clock: this.clock });
    await this.word.given(position, left());
  }
}
