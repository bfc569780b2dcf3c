import { Injectable } from '@nestjs/common';
import type { Interpretation, Place, Placed, PlaceSpellings } from '../../../contracts/index.js';
import type { ProductFilters, ProductSearchOptions, VendorFilters } from '../../../contracts/index.js';
import { SegmentedCache } from '../../../infra/index.js';
import { wordsOf } from '../../text/words.js';
import { KnownWords } from './known-words.js';
import { type FollowUp, followUps, loosen, type LooserStep, MAX_WORDS, placesOf, readText } from './loosen.js';
import { PastPlaces } from './past-places.js';
import type { FoundPlace, Places } from './places.js';

/** A search in place of one that finds nothing. */
export interface LooserSearch {
  /** What any of these finds is found; they differ in their texts only. */
  searches: readonly Placed<ProductFilters>[];
  interpretation: Interpretation;
}

/** What a text is taken for. */
interface Taken {
  steps: readonly LooserStep[];
  followUps: readonly FollowUp[];
}

/** Texts remembered, and steps of all of them; those that were asked once. */
const REMEMBERED = 5_000;
const MOST_STEPS = 20_000;
const ASKED_ONCE = 200;

/** Knows how to search for what finds nothing as it was typed. */
@Injectable()
export class QueryLoosener {
  private readonly known = new SegmentedCache<Taken>({
    newcomers: ASKED_ONCE,
    kept: REMEMBERED,
    maxWeight: MOST_STEPS,
    weigh: ({ steps, followUps }) => steps.length + followUps.length + 1,
  });
  private knownOf = -1;

  constructor(
    private readonly words: KnownWords,
    private readonly pastPlaces: PastPlaces,
  ) {}

  /** Rises when a search may be read otherwise than before. */
  get version(): number {
    return this.words.version;
  }

  /** The same search with the places that it filters by as vendors spell them. */
  placed<Filters extends Pick<ProductFilters, keyof Place>>(filters: Filters): Placed<Filters> {
    return withSpellings(filters, this.words.places);
  }

  /** As `placed` has given it at a position. Throws what the driver throws. */
  async placedAt<Filters extends Pick<ProductFilters, keyof Place>>(
    filters: Filters,
    position: number,
  ): Promise<Placed<Filters>> {
    const { state, district, market } = filters;
    if (state === undefined && district === undefined && market === undefined) return filters;
    return withSpellings(filters, await this.pastPlaces.at(position));
  }

  /** The strictest first; empty for a search without words, or if there is nothing to be made of them. */
  looserThan(filters: Placed<ProductFilters>, { exact }: ProductSearchOptions): readonly LooserSearch[] {
    if (exact === true || filters.q === undefined) return [];
    return this.taken(filters.q).steps.map((step) => looserSearch(filters, step));
  }

  /** What may follow a page that is poor; only by relevance is it known to be. */
  followUpsOf({ q }: ProductFilters, { exact, sort = 'relevance' }: ProductSearchOptions): readonly FollowUp[] {
    return exact === true || q === undefined || sort !== 'relevance' ? [] : this.taken(q).followUps;
  }

  /** The search for vendors at the places that the text names, in place of one that finds none; undefined without. */
  vendorsAt(filters: Placed<VendorFilters>): Placed<VendorFilters> | undefined {
    if (filters.q === undefined) return undefined;
    const named = placesOf(filters.q, this.words.places);
    // A place that is filtered by already stays as it is.
    const places = named?.places.filter(({ kind }) => filters[kind] === undefined) ?? [];
    if (!named || places.length < named.places.length) return undefined;
    // Of two markets no vendor is at both, and which one is meant isn't known.
    if (new Set(places.map(({ kind }) => kind)).size < places.length) return undefined;
    return { ...filters, q: named.q, spellings: spelledAt(filters, places) };
  }

  /** Words to be read for `looserThan` and `followUpsOf`, each for up to a millisecond; 0 if they have been. */
  wordsToRead({ q }: ProductFilters, { exact }: ProductSearchOptions): number {
    if (exact === true || q === undefined) return 0;
    this.forgetOutdated();
    return this.known.has(q) ? 0 : Math.min(wordsOf(q).length, MAX_WORDS);
  }

  private forgetOutdated(): void {
    if (this.knownOf !== this.version) this.known.clear();
    this.knownOf = this.version;
  }

  private taken(q: string): Taken {
    this.forgetOutdated();
    let taken = this.known.get(q);
    if (!taken) {
      const text = readText(q, this.words);
      this.known.set(q, (taken = { steps: loosen(text), followUps: followUps(text) }));
    }
    return taken;
  }
}

function withSpellings<Filters extends Pick<ProductFilters, keyof Place>>(
  filters: Filters,
  places: Places,
): Placed<Filters> {
  const spellings = places.spellingsOf(filters);
  return spellings ? { ...filters, spellings } : filters;
}

function spelledAt({ spellings }: Placed<object>, places: readonly FoundPlace[]): PlaceSpellings {
  return { ...spellings, ...Object.fromEntries(places.map(({ kind, spellings: names }) => [kind, names])) };
}

function looserSearch(filters: Placed<ProductFilters>, step: LooserStep): LooserSearch {
  const { queries, dropped, corrected } = step;
  // A place that is filtered by already stays as it is.
  const places = step.places.filter(({ kind }) => filters[kind] === undefined);
  const spellings = spelledAt(filters, places);
  const place: Place | null =
    places.length > 0 ? Object.fromEntries(places.map(({ kind, name }) => [kind, name])) : null;
  const search = place ? { ...filters, spellings } : filters;
  return {
    searches: (queries.length > 0 ? queries : [undefined]).map((q) => ({ ...search, q })),
    interpretation: {
      kind: 'loosened',
      q: queries[0] ?? '',
      dropped: [...dropped],
      corrected: [...corrected],
      place,
    },
  };
}
