import { Global, Module } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';
import { KeyPurge } from './key-purge.js';
import { KeyedRequests } from './keyed-requests.js';
import { ReplayBarrier } from './replay-barrier.js';

/** One effect and one answer for all requests that carry the same `Idempotency-Key`. */
@Global()
@Module({
  providers: [IdempotencyKeys, KeyedRequests, ReplayBarrier, KeyPurge],
  exports: [IdempotencyKeys, KeyedRequests, ReplayBarrier],
})
export class IdempotencyModule {}
