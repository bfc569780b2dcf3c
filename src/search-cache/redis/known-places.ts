import type { Place } from '../scopes/scope-names.js';
import { WatchedPlaces } from '../scopes/watched-places.js';

/** What renew.lua tells a caller who doesn't know all watched places. */
export type PlaceNews = readonly [born: Buffer, last: Buffer, after: Buffer, names: readonly Buffer[]];

/**
 * The watched places of all processes, as far as this one has heard from Redis. What it has heard, and up to which
 * place, goes with every renewal, so that Redis can tell when it isn't all.
 */
export class KnownPlaces {
  private readonly places = new WatchedPlaces();
  /** Scores in Redis: of the beginning of the set, and of the last place known; all before it are known as well. */
  private born = '';
  private last = '';

  get upTo(): readonly [born: string, last: string] {
    return [this.born, this.last];
  }

  has(place: Place): boolean {
    return this.places.has(place);
  }

  learn(news: PlaceNews): void {
    const [born, last, after] = [String(news[0]), String(news[1]), String(news[2])];
    const all = after === '';
    // Meant for somebody who knows more, as before a connection was lost.
    if (!all && (born !== this.born || Number(after) > Number(this.last))) return;
    if (born !== this.born) this.forget();
    for (const name of news[3]) this.places.add(String(name));
    this.born = born;
    if (all || Number(last) > Number(this.last)) this.last = last;
  }

  forget(): void {
    this.places.clear();
    [this.born, this.last] = ['', ''];
  }
}
