import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import type { EventNotice } from '../event-notice.js';
import type { EventBatch } from '../log/event-batch.js';

/** What travels between instances. */
export type BusMessage =
  /** The leader has sequenced these events, and pages from before them are served no more. */
  | { kind: 'events'; batch: EventBatch }
  /** The same in a Redis Cluster, where the contents of events come only to instances that need them. */
  | {
      kind: 'notices';
      epoch: string;
      /** At least one, of consecutive positions. */
      entries: readonly (InventoryEvent | EventNotice)[];
    }
  /** The leader lives and the log reaches to `head`. */
  | { kind: 'heartbeat'; head: LogCursor }
  /** A writer has committed events: the leader needn't wait for its next poll. */
  | {
      kind: 'wake';
      /** Ids of events whose writer has invalidated the caches already; absent: none. */
      invalidated?: string[];
    };

/**
 * Carries messages from one instance to all of them, itself included.
 *
 * Promises: at most once; messages of one publisher arrive in the order they were published; a receiver that throws
 * keeps nothing from the others; what is foreign to the channel is never handed out.
 * Does not promise: delivery. A message may be lost without a trace, so receivers check positions and repair
 * gaps from the log. `publish` rejects when the message certainly or probably didn't go out; it never queues.
 */
export abstract class EventBus {
  /** False while the transport is known to be away. */
  abstract readonly connected: boolean;

  abstract publish(message: BusMessage): Promise<void>;

  /** @returns a function that ends the subscription */
  abstract subscribe(receive: (message: BusMessage) => void): () => void;

  /** What has been read from the log up to here needn't be brought any more. */
  reached(_cursor: LogCursor): void {}
}
