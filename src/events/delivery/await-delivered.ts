import { Injectable } from '@nestjs/common';
import { Clock, pollUntil } from '../../infra/index.js';
import { EventReaction, type ReplayCondition } from '../event-reaction.js';
import { AwaitSequenced } from '../commit/await-sequenced.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { EventBridge } from './event-bridge.js';

/** Milliseconds a replay waits for delivery at most, and between polls. */
const WAIT_AT_MOST = 1_500;
const POLL_EVERY = 5;
/** Milliseconds it then waits for the leader's word at most. */
const WORD_AT_MOST = 500;

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
    const position = await this.log.all();
    const isDelivered = () => this.bridge.cursor.position >= position;
    if (!isDelivered()) await pollUntil(isDelivered, { every: POLL_EVERY, atMost: WAIT_AT_MOST, clock: this.clock });
    await this.word.given(position, WORD_AT_MOST);
  }
}
