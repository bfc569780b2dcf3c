import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, type Author, CurrentActor } from '../../auth/index.js';
import {
  type AsOf,
  type InventoryEvent,
  type MarketPricesPage,
  type Named,
  type Product,
  withDisplayName,
} from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { ItemQuota } from '../../rate-limit/index.js';
import { IdPipe } from '../../validation/index.js';
import { InventoryService } from './inventory.service.js';
import { PricesQuery } from './prices/prices.dto.js';
import { ProductPrices } from './prices/product-prices.js';
import { expectedVersion, withEtag, withEtagOr304 } from '../if-match.js';
import { AsOfQuery } from '../as-of.dto.js';
import { cacheFor, Moments } from '../moments.js';
import { PastProducts } from './versions/past-products.js';
import type { BulkAvailabilityResult } from './bulk-items.js';
import {
  AvailabilityBody,
  BulkAvailabilityBody,
  CreateProductBody,
  HistoryQuery,
  UpdateProductBody,
} from './product.dto.js';

@Controller('products')
export class ProductsController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly itemQuota: ItemQuota,
    private readonly marketPrices: ProductPrices,
    private readonly moments: Moments,
    private readonly past: PastProducts,
  ) {}

  @Post()
  @Access('vendor')
  async create(
    @Body() body: CreateProductBody,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    return withEtag(reply, await this.inventory.createProduct(body, author));
  }

  @Post('bulk-availability')
  @HttpCode(200)
  @Access('vendor')
  async bulkAvailability(
    @Body() body: BulkAvailabilityBody,
    @CurrentActor() author: Author,
  ): Promise<{ results: BulkAvailabilityResult[] }> {
    await this.itemQuota.take(author.by, body.updates.length);
    return { results: await this.inventory.bulkUpdateAvailability(body.updates, author) };
  }

  @Get(':id')
  @TakesQuery()
  @Access('public')
  async get(
    @Param('id', IdPipe) id: string,
    @Query() { lang, asOf }: AsOfQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Named<Product> | AsOf<Named<Product>> | undefined> {
    if (asOf !== undefined) {
      const { isFixed, ...moment } = await this.moments.inHistory(asOf);
      const product = withDisplayName(await this.past.read(id, moment), lang);
      cacheFor(reply, isFixed);
      return withEtagOr304(reply, { ...product, ...moment }, ifNoneMatch);
    }
    return withEtagOr304(reply, withDisplayName(await this.inventory.getProduct(id), lang), ifNoneMatch);
  }

  @Patch(':id')
  @Access('vendor')
  async update(
    @Param('id', IdPipe) id: string,
    @Body() body: UpdateProductBody,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    return withEtag(
      reply,
      await this.inventory.updateProduct(id, body, { ...author, expectedVersion: expectedVersion(ifMatch) }),
    );
  }

  @Put(':id/availability')
  @Access('vendor')
  async updateAvailability(
    @Param('id', IdPipe) id: string,
    @Body() body: AvailabilityBody,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    const options = { ...author, expectedVersion: expectedVersion(ifMatch) };
    return withEtag(reply, await this.inventory.updateAvailability(id, body.availability, options));
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('vendor')
  async delete(
    @Param('id', IdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() author: Author,
  ): Promise<void> {
    await this.inventory.deleteProduct(id, { ...author, expectedVersion: expectedVersion(ifMatch) });
  }

  @Get(':id/history')
  @TakesQuery()
  @Access('public')
  history(
    @Param('id', IdPipe) id: string,
    @Query() { after, limit }: HistoryQuery,
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    return this.inventory.getProductHistory(id, after, limit);
  }

  @Get(':id/prices')
  @TakesQuery()
  @Access('public')
  async prices(
    @Param('id', IdPipe) id: string,
    @Query() { asOf, ...query }: PricesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MarketPricesPage | AsOf<MarketPricesPage>> {
    if (asOf === undefined) return this.marketPrices.read(id, query);
    const { isFixed, ...moment } = await this.moments.of(asOf);
    const page = await this.marketPrices.read(id, query, moment.position);
    cacheFor(reply, isFixed);
    return { ...page, ...moment };
  }
}
