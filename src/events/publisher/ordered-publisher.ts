import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import { PublishOrder, type PublishTicket } from './publish-order.js';
import { EventPublisher } from './event-publisher.js';
import { FreshnessLease } from '../invalidation/freshness-lease.js';

/** Brings events that have got their positions to everybody, once no page from before them can be served any more. */
@Injectable()
export class OrderedPublisher {
  constructor(
    private readonly order: PublishOrder,
    private readonly lease: FreshnessLease,
    private readonly publisher: EventPublisher,
  ) {}

  /** Consecutive events in position order; their ticket has been `numbered`, and ends here. */
  async publish(ticket: PublishTicket, events: InventoryEvent[]): Promise<void> {
    try {
      await ticket.whenNext();
      await this.lease.invalidate(events);
      await this.publisher.publishParts(EventBatch.of(events));
    } finally {
      ticket.end();
    }
  }

  /** Renews the lease and tells how far the log reaches, as far as either is due. */
  async keepUp(): Promise<void> {
    if (!this.lease.due && !this.publisher.heartbeatDue) return;
    await this.order.whenOver(async () => {
      await this.lease.keep();
      await this.publisher.heartbeat();
    });
  }
}
