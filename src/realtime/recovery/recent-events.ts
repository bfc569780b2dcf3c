import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { RoomEvent } from './room-event.js';

/** Events kept in memory: a few seconds of a busy market, so that clients that reconnect needn't be read for. */
const KEPT = 2_000;

/** The newest events this instance has delivered, without a gap. */
@Injectable()
export class RecentEvents {
  private events: RoomEvent[] = [];

  /** @param rooms names of the rooms the event is sent to */
  add(event: InventoryEvent, rooms: readonly string[]): void {
    const newest = this.events.at(-1)?.event.position;
    if (newest !== undefined && newest + 1 !== event.position) this.events = [];
    this.events.push(new RoomEvent(event, rooms));
    if (this.events.length >= 2 * KEPT) this.events = this.events.slice(-KEPT);
  }

  /** What is kept is of a log that is gone. */
  clear(): void {
    this.events = [];
  }

  /** Everything after a position, or `undefined` if that reaches further back than what is kept. */
  after(position: number): readonly RoomEvent[] | undefined {
    const first = this.events[0]?.event.position;
    if (first === undefined || position + 1 < first) return undefined;
    return this.events.slice(position + 1 - first);
  }
}
