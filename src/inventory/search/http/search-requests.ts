import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Facet, Principal, ProductFilters, ProductSearchOptions } from '../../../contracts/index.js';
import { SegmentedCache } from '../../../infra/index.js';
import { RateLimitPolicy } from '../../../rate-limit/index.js';
import type { ServedPage } from '../../../search-cache/index.js';
import { plainText, StrictValidationPipe } from '../../../validation/index.js';
import { plainProductSearch, plainVendorSearch } from './fast-query-parser.js';
import { ProductSearchQuery, VendorSearchQuery } from './search.dto.js';
import { type PreparedSearch, REMEMBERED, SearchService } from '../pages/search.service.js';

/** A product search as it would have been answered at some moment. */
export interface PastSearch {
  asOf: string;
  filters: ProductFilters;
  options: ProductSearchOptions;
}

function productSearch({ limit, cursor, sort, exact, facets, per, asOf: _asOf, ...filters }: ProductSearchQuery): {
  filters: ProductFilters;
  options: ProductSearchOptions;
} {
  return {
    // As units are stored.
    filters: { ...filters, per: per === undefined ? undefined : plainText(per) },
    options: { limit, cursor, sort, exact, facets: facets?.split(',') as Facet[] | undefined },
  };
}

/**
 * From a request to a validated search. What a query string means hardly changes, so its searches are remembered:
 * validating and canonicalising one takes longer than reading its page from the cache.
 */
@Injectable()
export class SearchRequests {
  private readonly validation = new StrictValidationPipe();
  private readonly known = new SegmentedCache<PreparedSearch>({
    ...REMEMBERED,
    weigh: (search, url) => url.length + search.weight(),
  });

  constructor(
    private readonly searches: SearchService,
    private readonly rateLimit: RateLimitPolicy,
  ) {}

  /** At once, unless the query needs a closer look; undefined then, and if it isn't a search at all. */
  find(url: string): PreparedSearch | undefined {
    const known = this.remembered(url);
    if (known) return known;
    const products = plainProductSearch(url);
    if (products) return this.remember(url, this.prepareProducts(products));
    const vendors = plainVendorSearch(url);
    return vendors && this.remember(url, this.prepareVendors(vendors));
  }

  /** Runs a search when it is its asker's turn, and counts for the asker as many requests as it took. */
  async run(search: PreparedSearch, principal: Principal | null, request: IncomingMessage): Promise<ServedPage> {
    const page = await this.searches.run(search, this.rateLimit.keyOf(principal, request));
    this.charge(search, principal, request);
    this.rateLimit.chargeSearches(principal, request, page.inVain);
    return page;
  }

  /** Counts for the asker what it took to tell what a text may mean; nothing if that was known. */
  charge(search: PreparedSearch, principal: Principal | null, request: IncomingMessage): void {
    if (search.uncharged === 0) return;
    this.rateLimit.chargeWords(principal, request, search.uncharged);
    search.uncharged = 0;
  }

  /** Rejects with `ValidationFailedError`. */
  async products(request: FastifyRequest): Promise<PreparedSearch> {
    const known = this.remembered(request.url);
    return known ?? this.remember(request.url, this.prepareProducts(await this.validated(request, ProductSearchQuery)));
  }

  /** Rejects with `ValidationFailedError`. */
  async vendors(request: FastifyRequest): Promise<PreparedSearch> {
    const known = this.remembered(request.url);
    return known ?? this.remember(request.url, this.prepareVendors(await this.validated(request, VendorSearchQuery)));
  }

  /** A search of the past; undefined if it is of the present. Rejects with `ValidationFailedError`. */
  async past(request: FastifyRequest): Promise<PastSearch | undefined> {
    if ((request.query as { asOf?: unknown }).asOf === undefined) return undefined;
    const { asOf, ...query } = await this.validated(request, ProductSearchQuery);
    return { asOf: asOf!, ...productSearch(query) };
  }

  private prepareProducts(query: ProductSearchQuery): PreparedSearch {
    const { filters, options } = productSearch(query);
    return this.searches.prepareProducts(filters, options);
  }

  private prepareVendors({ limit, cursor, ...filters }: VendorSearchQuery): PreparedSearch {
    return this.searches.prepareVendors(filters, { limit, cursor });
  }

  private async validated<Query>(request: FastifyRequest, metatype: Type<Query>): Promise<Query> {
    return (await this.validation.transform(request.query, { type: 'query', metatype })) as Query;
  }

  /** A search is prepared anew when the vocabulary has changed. */
  private remembered(url: string): PreparedSearch | undefined {
    const known = this.known.get(url);
    return known && !this.searches.isOutdated(known) ? known : undefined;
  }

  private remember(url: string, search: PreparedSearch): PreparedSearch {
    this.known.set(url, search);
    return search;
  }
}
