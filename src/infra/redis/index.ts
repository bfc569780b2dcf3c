export { balancedTags } from './hash-tags.js';
export { RedisConnections } from './redis-connections.js';
export { ownerTag, RedisOwner } from './redis-owner.js';
