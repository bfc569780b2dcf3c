import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../auth/index.js';
import { TakesQuery } from '../../http/index.js';
import type { ServedPage } from '../../search-cache/index.js';
import { SearchRequests } from './search-requests.js';
import { SearchService } from './search.service.js';
import { servedPage } from './served-page.js';

/**
 * Searches whose query needs a closer look; others, and the next ones of the same URL, take the fast path
 * (`FastSearchHandler`). The query is validated by `SearchRequests`, which remembers it.
 */
@Controller()
export class SearchController {
  constructor(
    private readonly requests: SearchRequests,
    private readonly search: SearchService,
  ) {}

  @Get('products/search')
  @TakesQuery()
  @Access('public')
  async products(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    send(request, reply, await this.search.run(await this.requests.products(request)));
  }

  @Get('vendors/search')
  @TakesQuery()
  @Access('public')
  async vendors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    send(request, reply, await this.search.run(await this.requests.vendors(request)));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, page: ServedPage): void {
  const { status, headers, body } = servedPage(page, request.headers['if-none-match']);
  for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]!);
  void reply.status(status).send(body ?? undefined);
}
