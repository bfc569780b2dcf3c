export { EventBus, type BusMessage } from './bus/event-bus.js';
export { CacheRegistry } from './invalidation/cache-registry.js';
export { type CommittedEvents, EventCommitter } from './commit/event-committer.js';
export { INVENTORY_EVENT } from './delivery/event-listeners.js';
export type { EventStats } from './event-stats.js';
export { EventsModule } from './events.module.js';
export { InventoryEventService, type InventoryUpdate } from './inventory-event.service.js';
export {
  appended,
  appendedWithPositions,
  appendEventsSql,
  eventRows,
  reservePositions,
} from './log/append-events.sql.js';
export { EventLog } from './log/event-log.js';
export { LogHistory } from './log/log-history.js';
export { categoriesOf, newEventId } from './log/inventory-event.js';
export { AwaitSequenced } from './commit/await-sequenced.js';
export type { WebSocketService } from './subscribers/web-socket-link.js';
export { type InvalidatableCache, CacheInvalidation } from './invalidation/cache-invalidation.js';
export { Relay } from './relay/relay.js';
export type { EventSubscription, SubscriberStats } from './subscribers/event-subscription.js';
