import type { Place } from './scope-names.js';

/** Places kept at most, of some 100 bytes each; then all places are taken for watched. */
export const MOST_PLACES = 20_000;

/** Two places may have one name; then each counts as watched with the other. */
export const placeName = ({ vendor, category }: Place): string => `${vendor} ${category}`;

/**
 * Places that searches have looked at. No other place can have a token, so a change needn't name the scopes of it: that
 * is most of what a change of a price would otherwise cost the cache.
 */
export class WatchedPlaces {
  private readonly names = new Set<string>();

  /** To be called before a search reads tokens. */
  note(place: Place): void {
    this.add(placeName(place));
  }

  add(name: string): void {
    if (this.names.size < MOST_PLACES) this.names.add(name);
  }

  has(place: Place): boolean {
    return this.names.size >= MOST_PLACES || this.names.has(placeName(place));
  }

  clear(): void {
    this.names.clear();
  }
}
