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
    private readonly announcer: EventPublisher,
  ) {}

  /** Consecutive events in position order; their turn has been `placed`, and ends here. */
  async make(turn: PublishTicket, events: InventoryEvent[]): Promise<void> {
    try {
      await turn.comes();
      await this.lease.invalidate(events);
      this.announcer.announce(EventBatch.of(events));
    } finally {
      turn.end();
    }
  }

  /** Renews the lease and tells how far the log reaches, as far as either is due. */
  async keepUp(): Promise<void> {
    if (!this.lease.due && !this.announcer.heartbeatDue) return;
    await this.order.whenOver(async () => {
      await this.lease.keep();
      await this.announcer.heartbeat();
    });
  }
}
