import { hash } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../auth/index.js';
import { TakesQuery } from '../../../http/index.js';
import { RateLimitPolicy } from '../../../rate-limit/index.js';
import { isKnown } from '../../if-match.js';
import { cacheFor, Moments } from '../../moments.js';
import { acceptedLanguages, varyByLanguage } from './accepted-languages.js';
import { type PastSearch, SearchRequests } from './search-requests.js';
import { type PreparedSearch, SearchService } from '../pages/search.service.js';
import { inAcceptedLanguage, PageAnswers } from './page-answers.js';

/**
 * Searches whose query needs a closer look; others, and the next ones of the same URL, take the fast path
 * (`FastSearchHandler`). The query is validated by `SearchRequests`, which remembers it.
 */
@Controller()
export class SearchController {
  constructor(
    private readonly requests: SearchRequests,
    private readonly search: SearchService,
    private readonly rateLimit: RateLimitPolicy,
    private readonly moments: Moments,
    private readonly answers: PageAnswers,
  ) {}

  @Get('products/search')
  @TakesQuery()
  @Access('public')
  async products(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const past = await this.requests.past(request);
    if (past) return this.sendPast(request, reply, past);
    await this.send(request, reply, await this.requests.products(request));
  }

  @Get('vendors/search')
  @TakesQuery()
  @Access('public')
  async vendors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.send(request, reply, await this.requests.vendors(request));
  }

  /** Pages of the past aren't cached here: clients may keep those of a position. */
  private async sendPast(request: FastifyRequest, reply: FastifyReply, { asOf, filters, options }: PastSearch) {
    const { isFixed, ...moment } = await this.moments.inHistory(asOf);
    const lang = filters.lang ?? acceptedLanguages(request.headers['accept-language']);
    const owner = this.rateLimit.keyOf(request.principal, request.raw);
    const page = await this.search.past({ ...filters, lang }, options, moment, owner);
    cacheFor(reply, isFixed);
    if (filters.lang === undefined) varyByLanguage(reply);
    const etag = `"${hash('sha1', page, 'base64url')}"`;
    void reply.header('x-cache', 'BYPASS').header('etag', etag);
    if (isKnown(request.headers['if-none-match'], etag)) return void reply.status(304).send();
    void reply.header('content-type', 'application/json; charset=utf-8').send(page);
  }

  private async send(request: FastifyRequest, reply: FastifyReply, asked: PreparedSearch): Promise<void> {
    const { principal, raw } = request;
    const search = inAcceptedLanguage(asked, request.headers['accept-language']);
    const page = await this.requests.run(search, principal, raw);
    const { status, headers, body } = await this.answers.answer(page, asked, request.headers);
    const vary = reply.getHeader('vary');
    for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]!);
    if (vary !== undefined) void reply.header('vary', `${String(vary)}, ${String(reply.getHeader('vary'))}`);
    void reply.status(status).send(body ?? undefined);
  }
}
