import type { Listing } from './scope-names.js';

/** Listings kept at most, of some 100 bytes each; then all listings are taken for watched. */
export const MAX_WATCHED_LISTINGS = 20_000;

/** Names the scopes of a change, but of the listings that don't pass only what is of no listing. */
export type ScopesOf = (isWatched: (listing: Listing) => boolean) => readonly string[];

/** Two listings may have one name; then each counts as watched with the other. */
export const listingName = ({ vendor, category }: Listing): string => `${vendor} ${category}`;

/**
 * Listings that searches have looked at. No other listing can have a token, so a change needn't name the scopes of it:
 * that is most of what a change of a price would otherwise cost the cache.
 */
export class WatchedListings {
  private readonly names = new Set<string>();

  constructor(private readonly most = MAX_WATCHED_LISTINGS) {}

  /** To be called before a search reads tokens. */
  note(listing: Listing): void {
    this.add(listingName(listing));
  }

  add(name: string): void {
    if (this.names.size < this.most) this.names.add(name);
  }

  has(listing: Listing): boolean {
    return this.names.size >= this.most || this.names.has(listingName(listing));
  }

  clear(): void {
    this.names.clear();
  }
}
