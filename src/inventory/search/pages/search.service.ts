import { Injectable, type OnModuleInit } from '@nestjs/common';
import type {
  Moment,
  PageOptions,
  Placed,
  ProductFilters,
  ProductSearchOptions,
  VendorFilters,
} from '../../../contracts/index.js';
import type { ReadFloor } from '../../../database/index.js';
import {
  type CachedSearch,
  type Listing,
  listingOf,
  type LoadedPage,
  SearchCacheService,
  type ServedPage,
} from '../../../search-cache/index.js';
import { SegmentedCache } from '../../../infra/index.js';
import { textScopes } from '../../text/text-scopes.js';
import type { FollowUp } from '../loosening/loosen.js';
import { QueryLoosener } from '../loosening/query-loosener.js';
import { KnownListings } from './known-listings.js';
import { PageLoader } from './page-loader.js';

/** A search that can be run any number of times. */
export interface PreparedSearch {
  kind: CachedSearch['kind'];
  /** Where it looks for products. */
  listing: Listing | null;
  /**
   * The search as the cache sees it, made when it is first asked for: what its text may mean has to be known for that,
   * which takes up to some milliseconds, and isn't worth it where there is no such vendor or category.
   */
  cached: () => CachedSearch;
  /** Rejects with `ValidationFailedError` for a cursor of another search. */
  load: (owner?: string, floor?: ReadFloor) => Promise<LoadedPage>;
  /** The same where there is no such vendor or category: without looking for looser searches, which find as little. */
  loadNothing: (owner?: string) => Promise<LoadedPage>;
  /** Of the vocabulary by which the search is loosened if it finds nothing. */
  vocabulary: number;
  /** Words that had to be read to tell what its text may mean, until they are charged for. */
  uncharged: number;
  /** Characters that are kept of it; more once `cached` is made. */
  weight: () => number;
  /** The same search with names in a language; undefined if it asks for one itself. */
  inLanguage: ((lang: string) => PreparedSearch) | undefined;
}

/** Prepared searches that are remembered: asked once; asked again, and characters of those. */
export const REMEMBERED = { newcomers: 200, kept: 5_000, maxWeight: 8_000_000 };

/**
 * Searches through the cache: a page as it is sent, never older than a change that was acknowledged before the call.
 */
@Injectable()
export class SearchService implements OnModuleInit {
  private readonly inLanguages = new SegmentedCache<PreparedSearch>({ ...REMEMBERED, weigh: ({ weight }) => weight() });
  private prepared = 0;

  constructor(
    private readonly loader: PageLoader,
    private readonly cache: SearchCacheService,
    private readonly listings: KnownListings,
    private readonly loosener: QueryLoosener,
  ) {}

  onModuleInit(): void {
    this.cache.useText(textScopes);
  }

  prepareProducts(asked: ProductFilters, options: ProductSearchOptions): PreparedSearch {
    const filters = this.loosener.placed(asked);
    const meant = once(() => {
      prepared.uncharged = this.loosener.wordsToRead(filters, options);
      return {
        looser: this.loosener.looserThan(filters, options),
        followUps: this.loosener.followUpsOf(filters, options),
      };
    });
    const load: PreparedSearch['load'] = (owner, floor) =>
      this.loader.products({ filters, options, ...meant(), owner, floor });
    const cached = once(() => {
      const { looser, followUps } = meant();
      return this.cache.productSearch(filters, options, {
        steps: looser.map((one) => one.searches),
        followUps: followUps.map(({ queries }) => queries.map((q) => ({ ...filters, q }))),
      });
    });
    const isPlain = options.cursor === undefined && options.facets === undefined;
    const prepared: PreparedSearch = {
      kind: 'product',
      listing: listingOf(filters),
      cached,
      load,
      loadNothing: isPlain ? () => this.loader.products({ filters, options }) : load,
      vocabulary: this.loosener.version,
      uncharged: 0,
      weight: () =>
        weightOf(
          cached.made,
          meant.made && [...meant.made.looser.flatMap(({ searches }) => searches), ...queriesOf(meant.made.followUps)],
        ),
      inLanguage: this.inLanguage(asked, (lang) => this.prepareProducts({ ...asked, lang }, options)),
    };
    return prepared;
  }

  /** The page at a moment that the history reaches, as it is sent. Throws as `run` does. */
  async past(asked: ProductFilters, options: ProductSearchOptions, moment: Moment, owner: string): Promise<string> {
    const filters = (): Promise<Placed<ProductFilters>> => this.loosener.placedAt(asked, moment.position);
    const { json } = await this.loader.past(filters, options, moment, owner);
    return json!;
  }

  /** Whether the search would be prepared otherwise today. */
  isOutdated({ vocabulary }: PreparedSearch): boolean {
    return vocabulary !== this.loosener.version;
  }

  prepareVendors(asked: VendorFilters, options: PageOptions): PreparedSearch {
    const filters = this.loosener.placed(asked);
    const looser = once(() => ({ search: this.loosener.vendorsAt(filters) }));
    const load: PreparedSearch['load'] = (_owner, floor) =>
      this.loader.vendors(filters, options, looser().search, floor);
    const cached = once(() => this.cache.vendorSearch(filters, options, looser().search));
    return {
      kind: 'vendor',
      listing: null,
      cached,
      load,
      loadNothing: load,
      vocabulary: this.loosener.version,
      uncharged: 0,
      weight: () => weightOf(cached.made),
      inLanguage: this.inLanguage(asked, (lang) => this.prepareVendors({ ...asked, lang }, options)),
    };
  }

  /**
   * @param owner who asks: owners take turns where a search is looked for in other ways
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many are looked for so
   */
  run(search: PreparedSearch, owner?: string): Promise<ServedPage> {
    const { listing, kind, cached } = search;
    const load = (floor?: ReadFloor): Promise<LoadedPage> => search.load(owner, floor);
    const loadNothing = (): Promise<LoadedPage> => search.loadNothing(owner);
    const exists = listing === null || this.listings.exist(listing);
    if (exists === true) return this.cache.read(cached(), load);
    return exists.then((there) => (there ? this.cache.read(cached(), load) : this.cache.bypass(kind, loadNothing)));
  }

  /** The page, if it is cached and that can be told without waiting. */
  peek({ listing, cached, load }: PreparedSearch): ServedPage | undefined {
    if (listing !== null && !this.listings.isKnown(listing)) return undefined;
    return this.cache.peek(cached(), load);
  }

  private inLanguage(
    { lang }: { lang?: string | undefined },
    prepare: (lang: string) => PreparedSearch,
  ): PreparedSearch['inLanguage'] {
    if (lang !== undefined) return undefined;
    const id = (this.prepared += 1);
    return (asked) => {
      const key = `${id} ${asked}`;
      const known = this.inLanguages.get(key);
      if (known) return known;
      const search = prepare(asked);
      this.inLanguages.set(key, search);
      return search;
    };
  }
}

interface Once<Value> {
  (): Value;
  /** What was made; undefined before it was asked for. */
  made: Value | undefined;
}

/** What `make` gives, when it is first asked for. */
function once<Value extends object>(make: () => Value): Once<Value> {
  const ask: Once<Value> = Object.assign(() => (ask.made ??= make()), { made: undefined });
  return ask;
}

const queriesOf = (followUps: readonly FollowUp[]): object[] =>
  followUps.flatMap(({ queries }) => queries.map((q) => ({ q })));

/** Names of scopes are most of what is kept, and each of the searches that may take its place has its own. */
function weightOf(cached: CachedSearch | undefined, looser: readonly object[] = []): number {
  const scopes = (cached?.scopes ?? []).reduce((sum, { length }) => sum + length, 1);
  return scopes * (1 + looser.length);
}
