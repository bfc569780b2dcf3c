import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { AccessPolicy } from '../../../auth/index.js';
import type { Principal } from '../../../contracts/index.js';
import type { FastRequest } from '../../../fast-path/index.js';
import { SEARCH_ROUTES } from './fast-query-parser.js';
import { inAcceptedLanguage, PageAnswers } from './page-answers.js';
import { SearchRequests } from './search-requests.js';
import { type PreparedSearch, SearchService } from '../pages/search.service.js';

/** Searches that were asked before, or whose query is plainly valid, answered without the framework. */
@Injectable()
export class FastSearchHandler {
  private readonly known = new WeakMap<PreparedSearch, FastRequest>();

  constructor(
    private readonly requests: SearchRequests,
    private readonly search: SearchService,
    private readonly access: AccessPolicy,
    private readonly answers: PageAnswers,
  ) {}

  /** Undefined: not such a search. */
  find(url: string): FastRequest | undefined {
    const prepared = this.requests.find(url);
    return prepared && (this.known.get(prepared) ?? this.make(prepared));
  }

  private make(prepared: PreparedSearch): FastRequest {
    const made: FastRequest = {
      route: SEARCH_ROUTES[prepared.kind],
      answer: (request) => {
        const search = inAcceptedLanguage(prepared, request.headers['accept-language']);
        const page = this.search.peek(search);
        if (!page) {
          const loading = this.requests.run(search, this.askerOf(request), request);
          return loading.then((loaded) => this.answers.answer(loaded, prepared, request.headers));
        }
        if (search.uncharged > 0) this.requests.charge(search, this.askerOf(request), request);
        return this.answers.answer(page, prepared, request.headers);
      },
    };
    this.known.set(prepared, made);
    return made;
  }

  private askerOf(request: IncomingMessage): Principal | null {
    return this.access.identifyAtOnce(request) ?? null;
  }
}
