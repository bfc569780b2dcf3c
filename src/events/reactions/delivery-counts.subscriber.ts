import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EVENT_TYPES, type EventType } from '../../contracts/index.js';
import { onInventoryEvent } from '../delivery/inventory-event-emitted.js';

/** Counts what this instance has delivered since its start. */
@Injectable()
export class DeliveryCounts {
  private readonly byType = Object.fromEntries(EVENT_TYPES.map((type) => [type, 0])) as Record<EventType, number>;

  constructor(emitter: EventEmitter2) {
    onInventoryEvent(emitter, ({ eventType }) => {
      // A type of a newer release that runs beside this one isn't in the table yet.
      this.byType[eventType] = (this.byType[eventType] ?? 0) + 1;
    });
  }

  read(): { total: number; byType: Record<EventType, number> } {
    return { total: Object.values(this.byType).reduce((sum, count) => sum + count, 0), byType: { ...this.byType } };
  }
}
