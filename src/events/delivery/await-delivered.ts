import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ReplayBarrier } from '../../idempotency/index.js';
import { Clock, pollUntil } from '../../infra/index.js';
import { AwaitSequenced } from '../commit/await-sequenced.js';
import { EventBridge } from './event-bridge.js';

/** Milliseconds a replay waits for delivery at most, and between looks. */
const WAIT_AT_MOST = 1_500;
const LOOK_EVERY = 5;

/**
 * Lets a replayed answer wait until the events that are committed have been delivered here. Caches are invalidated
 * before events are published, so by then no search is served from before them, even if their writer has died.
 */
@Injectable()
export class AwaitDelivered implements OnModuleInit {
  constructor(
    private readonly log: AwaitSequenced,
    private readonly bridge: EventBridge,
    private readonly barrier: ReplayBarrier,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.barrier.register(() => this.all());
  }

  private async all(): Promise<void> {
    const position = await this.log.all();
    const isDelivered = () => this.bridge.cursor.position >= position;
    if (!isDelivered()) await pollUntil(isDelivered, { every: LOOK_EVERY, atMost: WAIT_AT_MOST, clock: this.clock });
  }
}
