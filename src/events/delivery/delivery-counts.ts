import { Injectable } from '@nestjs/common';
import { EVENT_TYPES, type EventType } from '../../contracts/index.js';

/** Counts what this instance has delivered since its start. */
@Injectable()
export class DeliveryCounts {
  private readonly byType = Object.fromEntries(EVENT_TYPES.map((type) => [type, 0])) as Record<EventType, number>;

  add(eventType: EventType): void {
    // A type of a newer release that runs beside this one isn't in the table yet.
    this.byType[eventType] = (this.byType[eventType] ?? 0) + 1;
  }

  read(): { total: number; byType: Record<EventType, number> } {
    return { total: Object.values(this.byType).reduce((sum, count) => sum + count, 0), byType: { ...this.byType } };
  }
}
