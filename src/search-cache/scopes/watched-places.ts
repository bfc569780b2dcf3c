import type { Place } from './scope-names.js';

/** Places kept at most, of some 100 bytes each; then all places are taken for watched. */
const LIMIT = 20_000;

/**
 * The places that searches of this process have looked at since its start. No other place can have a token in a store
 * that only this process uses, so a change needn't name the scopes of it: that is most of what a change of a price would
 * otherwise cost the cache. A search is noted before it reads tokens.
 */
export class WatchedPlaces {
  /** Categories by vendor. */
  private readonly places = new Map<string, Set<string>>();
  private count = 0;

  /** @param all whether to take every place for watched, since other processes have searches of their own */
  constructor(private all: boolean) {}

  note({ vendor, category }: Place): void {
    if (this.all) return;
    const categories = this.places.get(vendor) ?? new Set();
    if (categories.has(category)) return;
    this.places.set(vendor, categories.add(category));
    this.count += 1;
    if (this.count < LIMIT) return;
    this.all = true;
    this.places.clear();
  }

  has({ vendor, category }: Place): boolean {
    return this.all || this.places.get(vendor)?.has(category) === true;
  }
}
