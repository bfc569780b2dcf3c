import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { FastAnswer, FastRequest } from '../../infra/index.js';
import { servedPage } from './served-page.js';
import { SearchRequests } from './search-requests.js';
import { SearchService } from './search.service.js';

const ROUTES = { product: '/api/products/search', vendor: '/api/vendors/search' } as const;

/** Searches that were asked before, answered without the framework. */
@Injectable()
export class SearchLane {
  constructor(
    private readonly requests: SearchRequests,
    private readonly search: SearchService,
  ) {}

  /** Undefined: not such a search. */
  find(url: string): FastRequest | undefined {
    const prepared = this.requests.find(url);
    if (!prepared) return undefined;
    return {
      route: ROUTES[prepared.cached.kind],
      answer: async (request: IncomingMessage): Promise<FastAnswer> =>
        servedPage(await this.search.run(prepared), request.headers['if-none-match']),
    };
  }
}
