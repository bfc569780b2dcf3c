import { LRUCache } from 'lru-cache';

interface Bounds<Value> {
  /** Entries that were asked for once. */
  newcomers: number;
  /** Entries that were asked for again, and what all of them weigh together. */
  kept: number;
  maxWeight: number;
  /** Of an entry that is asked for again, at least 1. */
  weigh: (value: Value, key: string) => number;
}

/**
 * A segmented LRU cache: what is new has a small room of its own, and gets to the large one when it is asked for again.
 * So what is made up without end, and asked for once each, takes little memory and the place of nothing that is in use.
 */
export class SegmentedCache<Value extends object> {
  private readonly newcomers: LRUCache<string, Value>;
  private readonly kept: LRUCache<string, Value>;

  constructor({ newcomers, kept, maxWeight, weigh }: Bounds<Value>) {
    this.newcomers = new LRUCache({ max: newcomers });
    this.kept = new LRUCache({ max: kept, maxSize: maxWeight, sizeCalculation: weigh });
  }

  get(key: string): Value | undefined {
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    const newcomer = this.newcomers.get(key);
    if (newcomer === undefined) return undefined;
    this.newcomers.delete(key);
    this.kept.set(key, newcomer);
    return newcomer;
  }

  /** Without counting as asked for. */
  has(key: string): boolean {
    return this.kept.has(key) || this.newcomers.has(key);
  }

  set(key: string, value: Value): void {
    if (this.kept.has(key)) this.kept.set(key, value);
    else this.newcomers.set(key, value);
  }

  clear(): void {
    this.newcomers.clear();
    this.kept.clear();
  }

  get size(): number {
    return this.newcomers.size + this.kept.size;
  }
}
