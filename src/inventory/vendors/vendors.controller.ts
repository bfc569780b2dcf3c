import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, type Author, CurrentActor, vendorScopeOf, requireOwner } from '../../auth/index.js';
import {
  type AsOf,
  type Named,
  type Vendor,
  type VendorInventoryStats,
  withDisplayName,
} from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { RateLimitPolicy } from '../../rate-limit/index.js';
import { IdPipe } from '../../validation/index.js';
import { expectedVersion, withEtag, withEtagOr304 } from '../if-match.js';
import { AsOfQuery } from '../as-of.dto.js';
import { cacheFor, Moments } from '../moments.js';
import { PastVendors } from './past-vendors.js';
import { CreateVendorBody, UpdateVendorBody } from './vendor.dto.js';
import { VendorService } from './vendor.service.js';
import { VendorStatsReader } from './vendor-stats.js';

@Controller('vendors')
export class VendorsController {
  constructor(
    private readonly vendors: VendorService,
    private readonly statistics: VendorStatsReader,
    private readonly rateLimit: RateLimitPolicy,
    private readonly moments: Moments,
    private readonly past: PastVendors,
  ) {}

  @Post()
  @Access('admin')
  async create(
    @Body() body: CreateVendorBody,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Vendor> {
    return withEtag(reply, await this.vendors.create(body, author));
  }

  @Get(':id')
  @TakesQuery()
  @Access('public')
  async get(
    @Param('id', IdPipe) id: string,
    @Query() { lang, asOf }: AsOfQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Named<Vendor> | AsOf<Named<Vendor>> | undefined> {
    if (asOf !== undefined) {
      const { isFixed, ...moment } = await this.moments.inHistory(asOf);
      const vendor = withDisplayName(await this.past.read(id, moment), lang);
      cacheFor(reply, isFixed);
      return withEtagOr304(reply, { ...vendor, ...moment }, ifNoneMatch);
    }
    return withEtagOr304(reply, withDisplayName(await this.vendors.get(id), lang), ifNoneMatch);
  }

  @Patch(':id')
  @Access('vendor')
  async update(
    @Param('id', IdPipe) id: string,
    @Body() body: UpdateVendorBody,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Vendor> {
    requireOwner(vendorScopeOf(author.by), id);
    const options = { ...author, expectedVersion: expectedVersion(ifMatch) };
    return withEtag(reply, await this.vendors.update(id, body, options));
  }

  @Get(':id/stats')
  @Access('public')
  async stats(@Param('id', IdPipe) id: string, @Req() request: FastifyRequest): Promise<VendorInventoryStats> {
    const stats = await this.statistics.read(id);
    this.rateLimit.chargeRows(request, stats.totalProducts);
    return stats;
  }
}
