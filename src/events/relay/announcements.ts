import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import { AnnouncementOrder, type Turn } from './announcement-order.js';
import { Announcer } from './announcer.js';
import { LeaseKeeper } from './lease-keeper.js';

/** Brings events that have got their positions to everybody, once no page from before them can be served any more. */
@Injectable()
export class Announcements {
  constructor(
    private readonly order: AnnouncementOrder,
    private readonly lease: LeaseKeeper,
    private readonly announcer: Announcer,
  ) {}

  /** Consecutive events in position order; their turn has been `placed`, and ends here. */
  async make(turn: Turn, events: InventoryEvent[]): Promise<void> {
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
