import { clusterEngine, inProcessEngine, redisEngine } from '../support/cache-engines.js';
import { searchCacheStoreContract } from './search-cache-store.contract.js';

searchCacheStoreContract('InProcessCacheStore', inProcessEngine);
searchCacheStoreContract('RedisCacheStore', redisEngine);
searchCacheStoreContract('RedisCacheStore in a cluster', clusterEngine);
