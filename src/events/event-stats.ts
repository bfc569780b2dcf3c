import { Injectable } from '@nestjs/common';
import type { EventType } from '../contracts/index.js';
import { DeliveryCounts } from './delivery/delivery-counts.js';
import { EventBridge } from './delivery/event-bridge.js';
import { EventsStatus } from './events-status.js';
import { EventLog } from './log/event-log.js';
import type { SubscriberStats } from './subscribers/event-subscription.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

export interface EventStats {
  epoch: string;
  /** Newest position in the log. */
  lastPosition: number;
  /** Newest position delivered to this instance. */
  deliveredPosition: number;
  /** Committed events that wait for a position. */
  backlog: number;
  /** Whether this instance runs the relay. */
  leader: boolean;
  busConnected: boolean;
  /** Events delivered to this instance since its start. */
  delivered: { total: number; byType: Record<EventType, number> };
  subscribers: SubscriberStats[];
}

@Injectable()
export class EventStatsReader {
  constructor(
    private readonly log: EventLog,
    private readonly bridge: EventBridge,
    private readonly status: EventsStatus,
    private readonly counts: DeliveryCounts,
    private readonly subscribers: SubscriberRegistry,
  ) {}

  async read(): Promise<EventStats> {
    // In this order: with no backlog, the position is that of everything committed before.
    const pending = await this.log.pending();
    const head = await this.log.head();
    return {
      epoch: head.epoch,
      lastPosition: head.position,
      deliveredPosition: this.bridge.cursor.position,
      backlog: pending.count,
      leader: this.status.leading,
      busConnected: this.status.busConnected,
      delivered: this.counts.read(),
      subscribers: this.subscribers.stats(),
    };
  }
}
