export { addIdempotency, REPLAYED } from './idempotency-hooks.js';
export { IdempotencyKeyReusedError } from './idempotency.errors.js';
export { IdempotencyKeys } from './idempotency-keys.js';
export { IdempotencyModule } from './idempotency.module.js';
export { KeyedRequests } from './keyed-requests.js';
export { type KeyOwner, keyOwnerOf, requestHash } from './keyed-request.js';
export { ReplayBarrier } from './replay-barrier.js';
