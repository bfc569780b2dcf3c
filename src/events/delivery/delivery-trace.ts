import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { Tracing } from '../../infra/index.js';
import { type EventHandler, EventReaction } from '../event-reaction.js';

/** A span for each event that is delivered here, from its commit on, whichever instance that was on. */
@Injectable()
@EventReaction({ to: 'delivery', order: 90 })
export class DeliveryTrace implements EventHandler {
  constructor(private readonly tracing: Tracing) {}

  get needed(): boolean {
    return this.tracing.on;
  }

  /** An event that nothing here needs is not delivered to anything. */
  readonly follows = 'none';

  handle({ correlationId, occurredAt, position, eventId, eventType }: InventoryEvent): void {
    if (!this.tracing.on) return;
    const attributes = {
      'inventory.position': position,
      'inventory.event_id': eventId,
      'inventory.event_type': eventType,
    };
    this.tracing.step('deliver', correlationId, Date.parse(occurredAt), attributes);
  }
}
