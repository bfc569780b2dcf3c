export { CacheHealth, type CacheState } from './cache-health.js';
export type { CachedSearch, LoadedPage } from './cached-search.js';
export type { ServedPage } from './page-cache.js';
export { scopesOfVendorCreation, scopesOfVendorUpdate } from './scopes/scopes-of-vendors.js';
export type { SearchedText, TextScopes } from './scopes/text-scopes.js';
export { type Listing, OPEN } from './scopes/scope-names.js';
export { SearchCacheModule } from './search-cache.module.js';
export { SearchCacheService } from './search-cache.service.js';
