import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { validationPipe } from '../../infra/index.js';
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

  /** Undefined unless a search of this very URL was prepared before. */
  find(url: string): PreparedSearch | undefined {
    return this.known.get(url);
  }

  /** Rejects with `ValidationFailedError`. */
  products(request: FastifyRequest): PreparedSearch | Promise<PreparedSearch> {
    return this.known.get(request.url) ?? this.prepareProducts(request);
  }

  /** Rejects with `ValidationFailedError`. */
  vendors(request: FastifyRequest): PreparedSearch | Promise<PreparedSearch> {
    return this.known.get(request.url) ?? this.prepareVendors(request);
  }

  private async prepareProducts(request: FastifyRequest): Promise<PreparedSearch> {
    const { limit, cursor, sort, ...filters } = await this.validated(request, ProductSearchQuery);
    return this.remember(request, this.searches.prepareProducts(filters, { limit, cursor, sort }));
  }

  private async prepareVendors(request: FastifyRequest): Promise<PreparedSearch> {
    const { limit, cursor, ...filters } = await this.validated(request, VendorSearchQuery);
    return this.remember(request, this.searches.prepareVendors(filters, { limit, cursor }));
  }

  private async validated<Query>(request: FastifyRequest, metatype: Type<Query>): Promise<Query> {
    return (await this.validation.transform(request.query, { type: 'query', metatype })) as Query;
  }

  private remember({ url }: FastifyRequest, search: PreparedSearch): PreparedSearch {
    this.known.set(url, search);
    return search;
  }
}
