import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { InventoryEvent, Product } from '../../contracts/index.js';
import { IdPipe } from '../../infra/index.js';
import { type BulkAvailabilityResult, InventoryService } from '../inventory.service.js';
import { etagOf, expectedVersion } from './if-match.js';
import {
  AvailabilityBody,
  BulkAvailabilityBody,
  CreateProductBody,
  HistoryQuery,
  UpdateProductBody,
} from './product.dto.js';

@ApiTags('products')
@Controller('products')
export class ProductsController {
  constructor(private readonly inventory: InventoryService) {}

  @Post()
  async create(@Body() body: CreateProductBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Product> {
    return tagged(reply, await this.inventory.createProduct(body));
  }

  @Post('bulk-availability')
  @HttpCode(200)
  async bulkAvailability(@Body() body: BulkAvailabilityBody): Promise<{ results: BulkAvailabilityResult[] }> {
    return { results: await this.inventory.bulkUpdateAvailability(body.updates) };
  }

  @Get(':id')
  async get(@Param('id', IdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Product> {
    return tagged(reply, await this.inventory.getProduct(id));
  }

  @Patch(':id')
  async update(
    @Param('id', IdPipe) id: string,
    @Body() body: UpdateProductBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    return tagged(reply, await this.inventory.updateProduct(id, body, expectedVersion(ifMatch)));
  }

  @Put(':id/availability')
  async updateAvailability(
    @Param('id', IdPipe) id: string,
    @Body() body: AvailabilityBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Product> {
    return tagged(reply, await this.inventory.updateAvailability(id, body.availability));
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id', IdPipe) id: string): Promise<void> {
    await this.inventory.deleteProduct(id);
  }

  @Get(':id/history')
  history(
    @Param('id', IdPipe) id: string,
    @Query() { after, limit }: HistoryQuery,
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    return this.inventory.getProductHistory(id, after, limit);
  }
}

function tagged(reply: FastifyReply, product: Product): Product {
  void reply.header('etag', etagOf(product));
  return product;
}
