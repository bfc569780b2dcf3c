import { clusterEngine, inProcessEngine, redisEngine, sentinelEngine } from '../support/cache-engines.js';
import { partitionedEngine } from '../support/cluster-engine.js';
import { searchCacheStoreContract } from './search-cache-store.contract.js';

searchCacheStoreContract('InProcessCacheStore', inProcessEngine);
searchCacheStoreContract('RedisCacheStore', redisEngine);
searchCacheStoreContract('RedisCacheStore behind sentinels', sentinelEngine);
searchCacheStoreContract('RedisCacheStore in a cluster', clusterEngine);
searchCacheStoreContract('PartitionedCache in a Redis Cluster of three masters', partitionedEngine);
