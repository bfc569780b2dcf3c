import type { Listing } from '../scopes/scope-names.js';
import { WatchedListings } from '../scopes/watched-listings.js';

/** What invalidate.lua tells a caller who doesn't know all watched listings. */
export type PlaceNews = readonly [born: Buffer, last: Buffer, after: Buffer, names: readonly Buffer[]];

/**
 * The watched listings of all processes, as far as this one has heard from Redis. What it has heard, and up to which
 * listing, goes with every invalidation, so that Redis can tell when it isn't all.
 */
export class WatchedListingsReplica {
  private readonly listings: WatchedListings;
  /** Scores in Redis: of the beginning of the set, and of the last listing known; all before it are known as well. */
  private born = '';
  private last = '';

  /** @param most as many as Redis keeps */
  constructor(most?: number) {
    this.listings = new WatchedListings(most);
  }

  get upTo(): readonly [born: string, last: string] {
    return [this.born, this.last];
  }

  has(listing: Listing): boolean {
    return this.listings.has(listing);
  }

  learn(news: PlaceNews): void {
    const [born, last, after] = [String(news[0]), String(news[1]), String(news[2])];
    const all = after === '';
    // Meant for a replica that knows more, as before a connection was lost.
    if (!all && (born !== this.born || Number(after) > Number(this.last))) return;
    if (born !== this.born) this.forget();
    for (const name of news[3]) this.listings.add(String(name));
    this.born = born;
    if (all || Number(last) > Number(this.last)) this.last = last;
  }

  forget(): void {
    this.listings.clear();
    [this.born, this.last] = ['', ''];
  }
}
