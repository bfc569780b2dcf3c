export { CacheHealth, type CacheState } from './store/cache-health.js';
export { canonicalText } from './pages/canonical-search.js';
export type { CachedSearch, LoadedPage } from './pages/cached-search.js';
export type { ServedPage } from './pages/page-cache.js';
export type { TextScopes } from './scopes/text-scopes.js';
export { type Listing, OPEN } from './scopes/scope-names.js';
export { listingOf } from './scopes/scopes-of-search.js';
export { SearchCacheModule } from './search-cache.module.js';
export { SearchCacheService } from './search-cache.service.js';
