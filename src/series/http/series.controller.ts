import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';
import { Access } from '../../auth/index.js';
import type { Movers, SeriesCommodity } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { isKnown } from '../../inventory/index.js';
import { RateLimitPolicy } from '../../rate-limit/index.js';
import { MoversQuery } from '../movers/movers.dto.js';
import { MoversReader } from '../movers/movers.js';
import { PriceSeriesQuery, SeriesCommoditiesQuery } from '../prices/price-series.dto.js';
import { PriceSeriesReader } from '../prices/price-series.js';
import { SeriesCommodities } from '../prices/series-commodities.js';

/** Prices of markets over time. */
@Controller('series')
export class SeriesController {
  constructor(
    private readonly series: PriceSeriesReader,
    private readonly known: SeriesCommodities,
    private readonly changes: MoversReader,
    private readonly rateLimit: RateLimitPolicy,
  ) {}

  /**
   * A `PriceSeries` as JSON. Its tag is weak: it is that of the points, whatever has happened elsewhere in the log.
   */
  @Get('prices')
  @TakesQuery()
  @Access('public')
  async prices(
    @Query() query: PriceSeriesQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const { series, counted } = await this.series.read(query);
    this.rateLimit.chargeRows(request, counted);
    const { points, position, ...constant } = series;
    // Made once, for its tag and to be sent.
    const json = `${JSON.stringify(constant).slice(0, -1)},"points":${JSON.stringify(points)}`;
    const tag = `"${hash('sha1', json, 'base64url')}"`;
    void reply.header('etag', `W/${tag}`).header('cache-control', 'no-cache');
    if (isKnown(ifNoneMatch, tag)) {
      void reply.status(304);
      return undefined;
    }
    void reply.header('content-type', 'application/json; charset=utf-8');
    return `${json},"position":${position}}`;
  }

  @Get('commodities')
  @TakesQuery()
  @Access('public')
  async commodities(@Query() { state }: SeriesCommoditiesQuery): Promise<{ commodities: SeriesCommodity[] }> {
    return { commodities: await this.known.read(state) };
  }

  @Get('movers')
  @TakesQuery()
  @Access('public')
  movers(@Query() query: MoversQuery): Promise<Movers> {
    return this.changes.read(query);
  }
}
