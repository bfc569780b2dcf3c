export { ClientAddresses } from './client-addresses.js';
export { ItemQuota } from './item-quota.js';
export { RateLimitError } from './rate-limit.error.js';
export { limitKey, type LimitRequest, limitRequests } from './rate-limit.hook.js';
export { RateLimitModule } from './rate-limit.module.js';
export { RateLimits } from './rate-limits.js';
