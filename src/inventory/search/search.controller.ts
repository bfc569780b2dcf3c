import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ServedPage } from '../../search-cache/index.js';
import { ProductSearchQuery, VendorSearchQuery } from './search.dto.js';
import { SearchService } from './search.service.js';

@ApiTags('search')
@Controller()
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get('products/search')
  async products(
    @Query() { limit, cursor, sort, ...filters }: ProductSearchQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.search.products(filters, { limit, cursor, sort }), known);
  }

  @Get('vendors/search')
  async vendors(
    @Query() { limit, cursor, ...filters }: VendorSearchQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.search.vendors(filters, { limit, cursor }), known);
  }
}

/** A page goes out as the bytes it was stored as. `no-cache` lets clients keep it, and ask each time whether it holds. */
function send(reply: FastifyReply, { body, etag, result }: ServedPage, known: string | undefined): void {
  void reply.header('x-cache', result).header('etag', etag).header('cache-control', 'no-cache');
  if (known?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)) void reply.status(304).send();
  else void reply.header('content-type', 'application/json; charset=utf-8').send(body);
}
