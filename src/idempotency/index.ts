export { IdempotencyHooks, REPLAYED } from './idempotency.hook.js';
export { IdempotencyKeyReusedError } from './idempotency.errors.js';
export { IdempotencyKeys } from './idempotency-keys.js';
export { IdempotencyModule } from './idempotency.module.js';
export { IdempotencyService } from './idempotency.service.js';
export { type KeyOwner, keyOwnerOf, requestHash } from './idempotent-request.js';
export { ReplayBarrier } from './replay-barrier.js';
export { IDEMPOTENCY_KEY, recordBody } from './idempotent-request.js';
