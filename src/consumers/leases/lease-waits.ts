import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { LeasedEvents } from '../../contracts/index.js';
import { AwaitSequenced } from '../../events/index.js';
import { AsyncSignal, UnavailableError } from '../../infra/index.js';
import { ConsumerFeed } from '../feed/consumer-feed.js';
import { ConsumerLeases, type Taken } from './consumer-leases.js';

/** Requests of one instance that may wait at a time. */
const MOST_WAITING = 200;
/** Milliseconds between two looks at the consumer, whose lease may end or whose retries may fall due. */
const LOOK_EVERY = 1_000;
/** Milliseconds that wake-ups are apart at least, so that many events in a row are leased together. */
const PACE = 20;

export interface Wanted {
  max: number;
  waitSeconds: number;
  holder: string;
  /** Aborted when the client has gone: it must not be given a lease. */
  gone: AbortSignal;
}

/**
 * Requests for events that wait until there are some. What was delivered to this process wakes them; the database is
 * asked only if an event is one of the consumer's, and once a second.
 */
@Injectable()
export class LeaseWaits implements OnModuleDestroy {
  private readonly waiting = new Set<AsyncSignal>();
  private ending = false;

  constructor(
    private readonly leases: ConsumerLeases,
    private readonly feed: ConsumerFeed,
    private readonly awaitSequenced: AwaitSequenced,
  ) {}

  /** They are answered as if their time had passed. */
  onModuleDestroy(): void {
    this.ending = true;
    for (const signal of this.waiting) signal.wake();
  }

  /** Throws what `ConsumerLeases.take` throws, and `UnavailableError` if too many wait already. */
  async take(name: string, wanted: Wanted): Promise<LeasedEvents> {
    const { max, holder, gone } = wanted;
    const until = performance.now() + wanted.waitSeconds * 1_000;
    let upTo = await this.awaitSequenced.all();
    let taken = await this.leases.take(name, max, upTo, holder);
    // A long stretch of the log without any of its events is passed step by step.
    while (this.goesOn(taken, until, gone)) {
      if (taken.position >= upTo || taken.busy) await this.wait(taken, until, gone);
      if (gone.aborted) break;
      upTo = Math.max(upTo, this.feed.head);
      taken = await this.leases.take(name, max, upTo, holder);
    }
    const { lease, events, position, onFailure } = taken;
    if (lease !== null && gone.aborted) await this.leases.release(name, lease);
    return { lease, events, position, onFailure };
  }

  private goesOn({ lease }: LeasedEvents, until: number, gone: AbortSignal): boolean {
    return lease === null && !this.ending && !gone.aborted && performance.now() < until;
  }

  private async wait({ position, filter, busy }: Taken, until: number, gone: AbortSignal): Promise<void> {
    if (this.waiting.size >= MOST_WAITING) throw new UnavailableError('Too many requests wait for events');
    const signal = new AsyncSignal();
    const wake = (): void => signal.wake();
    const ignore = this.feed.onEvents(wake, true);
    gone.addEventListener('abort', wake);
    this.waiting.add(signal);
    try {
      const look = Math.min(until, performance.now() + LOOK_EVERY);
      let passed = position;
      for (let left = look - performance.now(); left > 0; left = look - performance.now()) {
        await signal.wait(left);
        if (this.ending || gone.aborted) return;
        if (busy) continue;
        const fed = await this.feed.peek(passed, filter);
        if (fed && fed.events.length > 0) return await new Promise((resolve) => setTimeout(resolve, PACE));
        passed = fed?.reached ?? passed;
      }
    } finally {
      ignore();
      gone.removeEventListener('abort', wake);
      this.waiting.delete(signal);
    }
  }
}
