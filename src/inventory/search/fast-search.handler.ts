import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { FastRequest } from '../../fast-path/index.js';
import { SEARCH_ROUTES } from './fast-query-parser.js';
import { servedPage } from './served-page.js';
import { SearchRequests } from './search-requests.js';
import { type PreparedSearch, SearchService } from './search.service.js';

/** Searches that were asked before, or whose query is plainly valid, answered without the framework. */
@Injectable()
export class FastSearchHandler {
  private readonly known = new WeakMap<PreparedSearch, FastRequest>();

  constructor(
    private readonly requests: SearchRequests,
    private readonly search: SearchService,
  ) {}

  /** Undefined: not such a search. */
  find(url: string): FastRequest | undefined {
    const prepared = this.requests.find(url);
    return prepared && (this.known.get(prepared) ?? this.make(prepared));
  }

  private make(prepared: PreparedSearch): FastRequest {
    const made: FastRequest = {
      route: SEARCH_ROUTES[prepared.cached.kind],
      answer: (request) => {
        const page = this.search.peek(prepared);
        return page
          ? servedPage(page, knownBy(request))
          : this.search.run(prepared).then((loaded) => servedPage(loaded, knownBy(request)));
      },
    };
    this.known.set(prepared, made);
    return made;
  }
}

function knownBy({ headers }: IncomingMessage): string | undefined {
  return headers['if-none-match'];
}
