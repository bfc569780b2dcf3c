import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { validationPipe } from '../../validation/index.js';
import { plainProductSearch, plainVendorSearch } from './fast-query-parser.js';
import { ProductSearchQuery, VendorSearchQuery } from './search.dto.js';
import { type PreparedSearch, SearchService } from './search.service.js';

/** Queries remembered, and characters of them altogether. */
const REMEMBERED = 5_000;
const MAX_CHARACTERS = 2_000_000;

/**
 * From a request to a validated search. What a query string means never changes, so its searches are remembered:
 * validating and canonicalising one takes longer than reading its page from the cache.
 */
@Injectable()
export class SearchRequests {
  private readonly validation = validationPipe();
  private readonly known = new LRUCache<string, PreparedSearch>({
    max: REMEMBERED,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_search, url) => url.length,
  });

  constructor(private readonly searches: SearchService) {}

  /** At once, unless the query needs a closer look; undefined then, and if it isn't a search at all. */
  find(url: string): PreparedSearch | undefined {
    const known = this.known.get(url);
    if (known) return known;
    const products = plainProductSearch(url);
    if (products) return this.remember(url, this.prepareProducts(products));
    const vendors = plainVendorSearch(url);
    return vendors && this.remember(url, this.prepareVendors(vendors));
  }

  /** Rejects with `ValidationFailedError`. */
  async products(request: FastifyRequest): Promise<PreparedSearch> {
    const known = this.known.get(request.url);
    return known ?? this.remember(request.url, this.prepareProducts(await this.validated(request, ProductSearchQuery)));
  }

  /** Rejects with `ValidationFailedError`. */
  async vendors(request: FastifyRequest): Promise<PreparedSearch> {
    const known = this.known.get(request.url);
    return known ?? this.remember(request.url, this.prepareVendors(await this.validated(request, VendorSearchQuery)));
  }

  private prepareProducts({ limit, cursor, sort, ...filters }: ProductSearchQuery): PreparedSearch {
    return this.searches.prepareProducts(filters, { limit, cursor, sort });
  }

  private prepareVendors({ limit, cursor, ...filters }: VendorSearchQuery): PreparedSearch {
    return this.searches.prepareVendors(filters, { limit, cursor });
  }

  private async validated<Query>(request: FastifyRequest, metatype: Type<Query>): Promise<Query> {
    return (await this.validation.transform(request.query, { type: 'query', metatype })) as Query;
  }

  private remember(url: string, search: PreparedSearch): PreparedSearch {
    this.known.set(url, search);
    return search;
  }
}
