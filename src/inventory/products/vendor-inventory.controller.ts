import { Body, Controller, Param, Put } from '@nestjs/common';
import { Access, type Author, CurrentActor } from '../../auth/index.js';
import { ItemQuota } from '../../rate-limit/index.js';
import { IdPipe } from '../../validation/index.js';
import type { InventoryItemResult } from './bulk-items.js';
import { InventoryService } from './inventory.service.js';
import { InventoryBody } from './product.dto.js';

/** A vendor's products by sku. Not with the vendors' other routes: products know vendors, and not the other way. */
@Controller('vendors')
export class VendorInventoryController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly itemQuota: ItemQuota,
  ) {}

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
