import { Body, Controller, Get, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Vendor, VendorInventoryStats } from '../../contracts/index.js';
import { IdPipe } from '../../infra/index.js';
import { InventoryService, type InventoryItemResult } from '../inventory.service.js';
import { InventoryBody } from '../products/product.dto.js';
import { CreateVendorBody, UpdateVendorBody } from './vendor.dto.js';
import { VendorService } from './vendor.service.js';

@ApiTags('vendors')
@Controller('vendors')
export class VendorsController {
  constructor(
    private readonly vendors: VendorService,
    private readonly inventory: InventoryService,
  ) {}

  @Post()
  create(@Body() body: CreateVendorBody): Promise<Vendor> {
    return this.vendors.create(body);
  }

  @Get(':id')
  get(@Param('id', IdPipe) id: string): Promise<Vendor> {
    return this.vendors.get(id);
  }

  @Patch(':id')
  update(@Param('id', IdPipe) id: string, @Body() body: UpdateVendorBody): Promise<Vendor> {
    return this.vendors.update(id, body);
  }

  @Get(':id/stats')
  stats(@Param('id', IdPipe) id: string): Promise<VendorInventoryStats> {
    return this.inventory.getVendorInventoryStats(id);
  }

  @Put(':id/inventory')
  async upsertInventory(
    @Param('id', IdPipe) id: string,
    @Body() body: InventoryBody,
  ): Promise<{ results: InventoryItemResult[] }> {
    return { results: await this.inventory.upsertInventory(id, body.items) };
  }
}
