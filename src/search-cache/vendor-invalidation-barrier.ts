import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ReplayBarrier } from '../idempotency/index.js';
import { SearchCacheInvalidator } from './search-cache-invalidator.js';

/** Lets a replayed answer wait until what vendors have changed is invalidated; the writer may not have got that far. */
@Injectable()
export class VendorInvalidationBarrier implements OnModuleInit {
  constructor(
    private readonly invalidator: SearchCacheInvalidator,
    private readonly barrier: ReplayBarrier,
  ) {}

  onModuleInit(): void {
    this.barrier.register(() => this.invalidator.flushVendorChanges());
  }
}
