import { Global, Module } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';
import { IdempotencyKeyPruner } from './idempotency-key-pruner.js';
import { IdempotencyService } from './idempotency.service.js';
import { ReplayBarrier } from './replay-barrier.js';

/** One effect and one answer for all requests that carry the same `Idempotency-Key`. */
@Global()
@Module({
  providers: [IdempotencyKeys, IdempotencyService, ReplayBarrier, IdempotencyKeyPruner],
  exports: [IdempotencyKeys, IdempotencyService, ReplayBarrier],
})
export class IdempotencyModule {}
