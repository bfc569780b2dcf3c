import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Access, type Author, CurrentActor, requireOwner, vendorScopeOf } from '../../auth/index.js';
import type { StockInsights, VendorInsights } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { RateLimitPolicy } from '../../rate-limit/index.js';
import { IdPipe } from '../../validation/index.js';
import { StockInsightsQuery } from '../insights/insights.dto.js';
import { InsightsReader } from '../insights/insights.js';

/** What there is and how much changes: for everybody, and for a vendor about its own products. */
@Controller()
export class InsightsController {
  constructor(
    private readonly insights: InsightsReader,
    private readonly rateLimit: RateLimitPolicy,
  ) {}

  @Get('insights/stock')
  @TakesQuery()
  @Access('public')
  stock(@Query() query: StockInsightsQuery): Promise<StockInsights> {
    return this.insights.stock(query);
  }

  @Get('vendors/:id/insights')
  @Access('vendor')
  async ofVendor(
    @Param('id', IdPipe) id: string,
    @CurrentActor() { by }: Author,
    @Req() request: FastifyRequest,
  ): Promise<VendorInsights> {
    requireOwner(vendorScopeOf(by), id);
    const insights = await this.insights.ofVendor(id);
    this.rateLimit.chargeRows(request, insights.products);
    return insights;
  }
}
