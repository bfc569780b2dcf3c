import type { InventoryEvent } from '../../contracts/index.js';
import { hashOf } from '../partitions/partition-of.js';

export interface RingEntry {
  event: InventoryEvent;
  hash: number;
}

/** The newest events that were delivered to this process, without gaps, at most `capacity` of them. */
export class EventRing {
  private entries: RingEntry[] = [];

  constructor(private readonly capacity: number) {}

  /** Positions are contiguous; what doesn't follow the last one begins anew. */
  push(event: InventoryEvent): void {
    if (event.position !== this.last + 1) this.entries = [];
    this.entries.push({ event, hash: hashOf(event) });
    // Dropped in halves, so that an event costs no shift of all.
    if (this.entries.length >= this.capacity * 2) this.entries = this.entries.slice(-this.capacity);
  }

  clear(): void {
    this.entries = [];
  }

  /**
   * The events after a position, at most `limit`; undefined unless the ring has the very next one, and with it all that
   * follow.
   */
  after(position: number, limit: number): readonly RingEntry[] | undefined {
    const first = this.entries[0]?.event.position;
    if (first === undefined || position + 1 < first || position >= this.last) return undefined;
    return this.entries.slice(position + 1 - first, position + 1 - first + limit);
  }

  private get last(): number {
    return this.entries.at(-1)?.event.position ?? 0;
  }
}
