export { RedisConnections } from './redis-connections.js';
export { ownerTag, RedisOwner } from './redis-owner.js';
