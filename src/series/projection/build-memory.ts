import { LRUCache } from 'lru-cache';
import type { InventoryEvent } from '../../contracts/index.js';
import type { SeriesProduct } from './series-facts.js';

/** Products remembered. */
const REMEMBERED = 50_000;

/**
 * What the tables of a build are known to hold, so that a change of a price, which nearly all events are, writes
 * nothing of its product but the price.
 *
 * *Maintained invariant*: what is remembered is what the log says up to `reached`. All events are handed over, so when
 * the next ones follow without a gap, the tables are at `reached` as well, whichever instance has brought them there;
 * otherwise all is forgotten.
 */
export class BuildMemory {
  private epoch = '';
  private reached = -1;
  private readonly products = new LRUCache<string, string>({ max: REMEMBERED });
  private hour = '';

  begin(events: readonly InventoryEvent[]): void {
    const { epoch, position } = events[0]!;
    if (position !== this.reached + 1 || epoch !== this.epoch) {
      this.products.clear();
      this.hour = '';
    }
    this.epoch = epoch;
    this.reached = events.at(-1)!.position;
  }

  /** Those that the tables may not have as they are; they have them now. */
  news(products: readonly SeriesProduct[]): SeriesProduct[] {
    return products.filter((product) => {
      const state = JSON.stringify(product);
      if (this.products.get(product.id) === state) return false;
      this.products.set(product.id, state);
      return true;
    });
  }

  /** Whether an hour is another one than the last time. */
  isNewHour(hour: string): boolean {
    if (hour === this.hour) return false;
    this.hour = hour;
    return true;
  }
}
