import { Injectable, type OnModuleInit } from '@nestjs/common';
import type {
  Moment,
  PageOptions,
  ProductFilters,
  ProductSearchOptions,
  VendorFilters,
} from '../../../contracts/index.js';
import {
  type CachedSearch,
  type LoadedPage,
  SearchCacheService,
  type ServedPage,
} from '../../../search-cache/index.js';
import { textScopes } from '../../text/text-scopes.js';
import { QueryLoosener } from '../loosening/query-loosener.js';
import { KnownListings } from './known-listings.js';
import { PageLoader } from './page-loader.js';

/** A search that can be run any number of times. */
export interface PreparedSearch {
  cached: CachedSearch;
  /** Rejects with `ValidationFailedError` for a cursor of another search. */
  load: (owner?: string) => Promise<LoadedPage>;
  /** The same where there is no such vendor or category: without looking for looser searches, which find as little. */
  loadNothing: (owner?: string) => Promise<LoadedPage>;
  /** Of the vocabulary by which the search is loosened if it finds nothing. */
  vocabulary: number;
  /** The same search with names in a language; undefined if it asks for one itself. */
  inLanguage: ((lang: string) => PreparedSearch) | undefined;
}

/**
 * Searches through the cache: a page as it is sent, never older than a change that was acknowledged before the call.
 */
@Injectable()
export class SearchService implements OnModuleInit {
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
    const looser = this.loosener.looserThan(filters, options);
    const searches = looser.map((one) => one.searches);
    const load = (owner?: string): Promise<LoadedPage> => this.loader.products(filters, options, looser, owner);
    const isPlain = options.cursor === undefined && options.facets === undefined;
    return {
      cached: this.cache.productSearch(filters, options, searches),
      load,
      loadNothing: isPlain ? () => this.loader.products(filters, options) : load,
      vocabulary: this.loosener.version,
      inLanguage: inLanguage(asked, (lang) => this.prepareProducts({ ...asked, lang }, options)),
    };
  }

  /** The page at a moment that the history reaches, as it is sent. Throws as `run` does. */
  async past(asked: ProductFilters, options: ProductSearchOptions, moment: Moment, owner: string): Promise<string> {
    const { json } = await this.loader.past(this.loosener.placed(asked), options, moment, owner);
    return json!;
  }

  /** Whether the search would be prepared otherwise today. */
  isOutdated({ vocabulary }: PreparedSearch): boolean {
    return vocabulary !== this.loosener.version;
  }

  prepareVendors(asked: VendorFilters, options: PageOptions): PreparedSearch {
    const filters = this.loosener.placed(asked);
    const load = async (): Promise<LoadedPage> => ({ page: await this.loader.vendors(filters, options) });
    return {
      cached: this.cache.vendorSearch(filters, options),
      load,
      loadNothing: load,
      vocabulary: this.loosener.version,
      inLanguage: inLanguage(asked, (lang) => this.prepareVendors({ ...asked, lang }, options)),
    };
  }

  /**
   * @param owner who asks: owners take turns where a search is looked for in other ways
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many are looked for so
   */
  run(search: PreparedSearch, owner?: string): Promise<ServedPage> {
    const { cached } = search;
    const load = (): Promise<LoadedPage> => search.load(owner);
    const loadNothing = (): Promise<LoadedPage> => search.loadNothing(owner);
    const exists = cached.listing === null || this.listings.exist(cached.listing);
    if (exists === true) return this.cache.read(cached, load);
    return exists.then((there) => (there ? this.cache.read(cached, load) : this.cache.bypass(cached, loadNothing)));
  }

  /** The page, if it is cached and that can be told without waiting. */
  peek(search: PreparedSearch): ServedPage | undefined {
    return this.cache.peek(search.cached, search.load);
  }
}

/** Languages of one search that are remembered. */
const MOST_LANGUAGES = 8;

function inLanguage(
  { lang }: { lang?: string | undefined },
  prepare: (lang: string) => PreparedSearch,
): PreparedSearch['inLanguage'] {
  if (lang !== undefined) return undefined;
  const known = new Map<string, PreparedSearch>();
  return (asked) => {
    const search = known.get(asked) ?? prepare(asked);
    if (known.size < MOST_LANGUAGES) known.set(asked, search);
    return search;
  };
}
