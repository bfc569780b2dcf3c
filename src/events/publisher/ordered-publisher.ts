import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import { PublishOrder, type PublishTicket } from './publish-order.js';
import { EventPublisher } from './event-publisher.js';
import { FreshnessLease } from '../invalidation/freshness-lease.js';
import { UnreachedCache } from '../invalidation/unreached-cache.js';

/** Brings events that have got their positions to everybody, once no page from before them can be served any more. */
@Injectable()
export class OrderedPublisher {
  constructor(
    private readonly order: PublishOrder,
    private readonly lease: FreshnessLease,
    private readonly publisher: EventPublisher,
    private readonly unreached: UnreachedCache,
  ) {}

  /**
   * Consecutive events in position order; their ticket has been `numbered`, and ends here.
   *
   * @param tried of a writer in this process that couldn't put out of date what they change, and goes on trying:
   *   resolves when it has, or has given that up
   */
  async publish(ticket: PublishTicket, events: InventoryEvent[], tried?: Promise<unknown>): Promise<void> {
    try {
      await ticket.whenNext();
      if (tried) await this.unreached.beforeWord(tried);
      await this.lease.invalidate(events, tried !== undefined);
      await this.publisher.publishParts(EventBatch.of(events));
    } finally {
      ticket.end();
    }
  }

  /**
   * Renews the lease and tells how far the log reaches, as far as either is due, and as long as this instance leads.
   *
   * @param ledAt see `FreshnessLease.keep`
   * @param lastPosition asks the leader's session; null if that is gone
   */
  async keepUp(ledAt: number, lastPosition: () => Promise<number | null>): Promise<void> {
    if (!this.lease.due && !this.publisher.heartbeatDue) return;
    await this.order.whenOver(async () => {
      await this.lease.keep(ledAt);
      if (!this.publisher.heartbeatDue) return;
      // What another leader has given since is not published yet: only that session knows that there is none.
      const published = await lastPosition();
      if (published !== null) this.publisher.heartbeat(published);
    });
  }
}
