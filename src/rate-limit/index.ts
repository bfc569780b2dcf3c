export { ClientAddresses } from './client-addresses.js';
export { ItemQuota } from './item-quota.js';
export { RateLimitError } from './rate-limit.error.js';
export { limitKey, rateLimitField, RateLimitPolicy } from './rate-limit-policy.js';
export { RateLimitModule } from './rate-limit.module.js';
export { RateLimits, type Turn } from './rate-limits.js';
