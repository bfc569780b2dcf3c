import type { InventoryEvent } from '../../contracts/index.js';
import { textLengthOf } from '../../events/index.js';
import { hashOf } from '../partitions/partition-of.js';

/** Bytes that an event without texts counts for: what its objects take. */
const OWN_SIZE = 1_500;

export interface RingEntry {
  event: InventoryEvent;
  hash: number;
  /** About as many bytes of memory as it takes. */
  size: number;
}

/**
 * The newest events that were delivered to this process, without gaps: at least `capacity` of them and less than twice
 * as many, fewer if they have long texts (`mostSize`, about bytes).
 */
export class EventRing {
  private entries: RingEntry[] = [];
  private size = 0;

  constructor(
    private readonly capacity: number,
    private readonly mostSize = Infinity,
  ) {}

  /** Positions are contiguous; what doesn't follow the last one begins anew. */
  push(event: InventoryEvent): void {
    if (event.position !== this.last + 1) this.clear();
    const size = OWN_SIZE + 2 * textLengthOf(event);
    this.entries.push({ event, hash: hashOf(event), size });
    this.size += size;
    // Dropped in halves, so that an event costs no shift of all.
    if (this.entries.length >= this.capacity * 2 || this.size > this.mostSize) this.keep(this.entries.length / 2);
  }

  clear(): void {
    this.entries = [];
    this.size = 0;
  }

  /**
   * Looks through the events after a position, the next one first, until `isOver`.
   *
   * @returns the last one that was looked at; undefined unless the ring has the very next one, and with it all that
   *   follow
   */
  lookThrough(position: number, isOver: (entry: RingEntry) => boolean): InventoryEvent | undefined {
    const first = this.entries[0]?.event.position;
    if (first === undefined || position + 1 < first) return undefined;
    let last: InventoryEvent | undefined;
    for (let index = position + 1 - first; index < this.entries.length; index += 1) {
      const entry = this.entries[index]!;
      last = entry.event;
      if (isOver(entry)) break;
    }
    return last;
  }

  private keep(newest: number): void {
    this.entries = this.entries.slice(this.entries.length - Math.floor(newest));
    this.size = this.entries.reduce((sum, { size }) => sum + size, 0);
  }

  private get last(): number {
    return this.entries.at(-1)?.event.position ?? 0;
  }
}
