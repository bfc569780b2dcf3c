import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import { InventoryEventService } from '../../events/index.js';
import type { CacheStats } from './cache-stats.js';
import { SearchCacheService } from '../search-cache.service.js';

@Controller('cache')
export class CacheController {
  constructor(
    private readonly cache: SearchCacheService,
    private readonly events: InventoryEventService,
  ) {}

  /** Empties every search cache, on all instances. */
  @Delete()
  @Access('admin')
  @HttpCode(204)
  clear(): Promise<void> {
    return this.events.clearAllCaches();
  }

  @Get('stats')
  @Access('admin')
  stats(): Promise<CacheStats> {
    return this.cache.getCacheStats();
  }
}
