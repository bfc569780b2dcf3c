import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ReplayBarrier } from '../infra/index.js';
import { Invalidator } from './invalidator.js';

/** Lets a replayed answer wait until what vendors have changed is invalidated; the writer may not have got that far. */
@Injectable()
export class SettledVendors implements OnModuleInit {
  constructor(
    private readonly invalidator: Invalidator,
    private readonly barrier: ReplayBarrier,
  ) {}

  onModuleInit(): void {
    this.barrier.register(() => this.invalidator.settleVendors());
  }
}
