import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page } from '../../contracts/index.js';
import { ProductSearchQuery, VendorSearchQuery } from './search.dto.js';
import { type FoundProduct, type FoundVendor, SearchService } from './search.service.js';

@ApiTags('search')
@Controller()
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get('products/search')
  @Header('x-cache', 'BYPASS')
  products(@Query() { limit, cursor, sort, ...filters }: ProductSearchQuery): Promise<Page<FoundProduct>> {
    return this.search.searchProducts(filters, { limit, cursor, sort });
  }

  @Get('vendors/search')
  @Header('x-cache', 'BYPASS')
  vendors(@Query() { limit, cursor, ...filters }: VendorSearchQuery): Promise<Page<FoundVendor>> {
    return this.search.searchVendors(filters, { limit, cursor });
  }
}
