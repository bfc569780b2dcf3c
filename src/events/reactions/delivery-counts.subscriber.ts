import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { EVENT_TYPES, type EventType, type InventoryEvent } from '../../contracts/index.js';
import { INVENTORY_EVENT } from '../delivery/inventory-event-emitted.js';

/** Counts what this instance has delivered since its start. */
@Injectable()
export class DeliveryCounts {
  private readonly byType = Object.fromEntries(EVENT_TYPES.map((type) => [type, 0])) as Record<EventType, number>;

  @OnEvent(INVENTORY_EVENT)
  handle(event: InventoryEvent): void {
    // A type of a newer release that runs beside this one isn't in the table yet.
    this.byType[event.eventType] = (this.byType[event.eventType] ?? 0) + 1;
  }

  read(): { total: number; byType: Record<EventType, number> } {
    return { total: Object.values(this.byType).reduce((sum, count) => sum + count, 0), byType: { ...this.byType } };
  }
}
