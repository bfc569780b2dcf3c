import type { EventBatch } from '../log/event-batch.js';

/**
 * Where the publisher hands events that it publishes to its own instance, so that a commit reaches local rooms in the
 * tick in which it is published. The same events come again over the bus; delivery drops what it has delivered.
 */
export abstract class LocalDelivery {
  /** @param batch consecutive events of this log, whose caches have been invalidated */
  abstract accept(batch: EventBatch): void;
}
