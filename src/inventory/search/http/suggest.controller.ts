import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../../../auth/index.js';
import type { Suggestion } from '../../../contracts/index.js';
import { TakesQuery } from '../../../http/index.js';
import { ProductCounts } from '../loosening/product-counts.js';
import { suggestionsFor } from '../loosening/suggestions.js';
import { acceptedLanguages, varyByLanguage } from './accepted-languages.js';
import { SuggestQuery } from './search.dto.js';

/** Goods that a half-typed text may mean, as one types. */
@Controller()
export class SuggestController {
  constructor(private readonly counts: ProductCounts) {}

  @Get('products/suggest')
  @TakesQuery()
  @Access('public')
  suggest(
    @Query() { q, lang, limit }: SuggestQuery,
    @Headers('accept-language') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): { suggestions: Suggestion[] } {
    if (lang === undefined) varyByLanguage(reply);
    return { suggestions: suggestionsFor(q, lang ?? acceptedLanguages(accepted), limit, this.counts.of) };
  }
}
