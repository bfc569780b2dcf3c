import { Body, Controller, Get, Headers, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, type Author, CurrentActor, vendorScopeOf, requireOwner } from '../../auth/index.js';
import { type Named, type Vendor, type VendorInventoryStats, withDisplayName } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { ItemQuota } from '../../rate-limit/index.js';
import { IdPipe } from '../../validation/index.js';
import { expectedVersion, withEtag, withEtagOr304 } from '../if-match.js';
import { InventoryService } from '../inventory.service.js';
import type { InventoryItemResult } from '../products/bulk-items.js';
import { InventoryBody } from '../products/product.dto.js';
import { LanguageQuery } from '../search/search.dto.js';
import { CreateVendorBody, UpdateVendorBody } from './vendor.dto.js';
import { VendorService } from './vendor.service.js';

@Controller('vendors')
export class VendorsController {
  constructor(
    private readonly vendors: VendorService,
    private readonly inventory: InventoryService,
    private readonly itemQuota: ItemQuota,
  ) {}

  @Post()
  @Access('admin')
  async create(@Body() body: CreateVendorBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Vendor> {
    return withEtag(reply, await this.vendors.create(body));
  }

  @Get(':id')
  @TakesQuery()
  @Access('public')
  async get(
    @Param('id', IdPipe) id: string,
    @Query() { lang }: LanguageQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Named<Vendor> | undefined> {
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
    return withEtag(reply, await this.vendors.update(id, body, expectedVersion(ifMatch)));
  }

  @Get(':id/stats')
  @Access('public')
  stats(@Param('id', IdPipe) id: string): Promise<VendorInventoryStats> {
    return this.inventory.getVendorInventoryStats(id);
  }

  @Put(':id/inventory')
  @Access('vendor')
  async upsertInventory(
    @Param('id', IdPipe) id: string,
    @Body() body: InventoryBody,
    @CurrentActor() author: Author,
  ): Promise<{ results: InventoryItemResult[] }> {
    await this.itemQuota.take(author.by, body.items.length);
    return { results: await this.inventory.upsertInventory(id, body.items, author) };
  }
}
