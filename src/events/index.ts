export { categoryChannel, vendorChannel } from './content-channels.js';
export { EventNotice } from './event-notice.js';
export { FollowedChannels } from './followed-channels.js';
export { type CommittedEvents, EventCommitter } from './commit/event-committer.js';
export {
  type EventHandler,
  EventReaction,
  type Followed,
  INVENTORY_EVENT,
  type InvalidatableCache,
  type NewEpochHandler,
  type ReplayCondition,
} from './event-reaction.js';
export type { EventStats } from './event-stats.js';
export { type AcknowledgedChange, AcknowledgedChanges } from './commit/acknowledged-changes.js';
export { EventsStatus } from './events-status.js';
export { EventsModule } from './events.module.js';
export { InventoryEventService } from './inventory-event.service.js';
export type { InventoryUpdate } from './inventory-update.js';
export {
  appended,
  appendedWithPositions,
  appendEventsSql,
  appendVendorEventsSql,
  eventRows,
  reservePositions,
} from './log/append-events.sql.js';
export { actorText, causeJson } from './log/event-actor.js';
export { textLengthOf } from './log/event-batch.js';
export { EventLog } from './log/event-log.js';
export { EventsDroppedError } from './log/events-dropped.error.js';
export { hashOfKey, type MatchingEvent } from './log/matching-events.js';
export { BATCH_BYTES, BATCH_EVENTS, type LogPart, type Partitions } from './log/read-matching.sql.js';
export { positionOfEvent, timeOfPosition } from './log/moved-events.sql.js';
export { categoriesOf, newEventId } from './log/inventory-event.js';
export { AwaitOthers } from './commit/await-others.js';
export { AwaitSequenced } from './commit/await-sequenced.js';
export { type LogSize, LogSizes } from './seals/log-size.js';
export { ChangedEventError } from './seals/log-tail.js';
export { MissingEventError } from './seals/record-reader.js';
export { type NewSegment, SEGMENT_POSITIONS, segmentMakerOver } from './seals/segment-maker.js';
export type { WebSocketService } from './subscribers/web-socket-link.js';
export type { EventSubscription, SubscriberStats } from './subscribers/event-subscription.js';
