import 'reflect-metadata';
import type { ConsumerFilter, ConsumerStart, FailureMode, InventoryEvent } from '../../contracts/index.js';
import type { Statement } from '../../database/index.js';

export interface EventConsumerOptions extends ConsumerFilter {
  /** Under which its checkpoints are kept: another name is another consumer. Letters, digits, `_`, `.`, `:`, `-`. */
  name: string;
  /**
   * `sql`: what the handler does through `context.sql` is committed with the checkpoint, so it happens exactly once.
   * PostgreSQL ends a transaction that is idle for 3 s: such a handler waits for nothing else.
   * `other`: anything else, which happens at least once; a repetition has the same `eventId`.
   */
  effect: 'sql' | 'other';
  /** Where it begins when it is new; by default at the beginning of the log. */
  from?: ConsumerStart;
  /** Default `block`. */
  onFailure?: FailureMode;
  /** Attempts before an event is parked; default 10. */
  maxAttempts?: number;
  /**
   * Milliseconds that events may wait for others while writers are busy, so that more of them are handled at once:
   * from 1,000 events a second on as long as this, with fewer a part of it, up to 300 a second not at all. By default
   * 1,000 for an effect in SQL, 0 for another one.
   */
  maxWaitMs?: number;
}

export interface ConsumerContext {
  /** For `sql` effects: the transaction of the checkpoint. For others there is no transaction to join. */
  sql: ConsumerSql;
  /** 1 at the first attempt; with `handleBatch` always 1. An attempt that was cut off isn't counted. */
  attempt: number;
}

export interface ConsumerSql {
  /** Throws what the driver throws. */
  query<Row extends object>(statement: Statement, values?: unknown[]): Promise<Row[]>;
}

/** A provider with `@EventConsumer`. Events are shared with other parts of the process: they must not be changed. */
export interface EventConsumerHandler {
  /** One event. What it throws is a failed attempt; what it did through `context.sql` is undone. */
  handle(event: InventoryEvent, context: ConsumerContext): Promise<void> | void;
  /**
   * Up to 500 events in order, to be handled by few statements. If it throws, its effects are undone and the events go
   * to `handle` one by one.
   */
  handleBatch?(events: readonly InventoryEvent[], context: ConsumerContext): Promise<void>;
}

const CONSUMER = Symbol('event consumer');

/**
 * Makes a provider of any module a durable consumer of the log, which is found when the application starts:
 *
 *     @Injectable()
 *     @EventConsumer({ name: 'price-changes', eventTypes: ['price_changed'], effect: 'sql' })
 *     export class PriceChanges implements EventConsumerHandler {
 *       async handle({ productId }: InventoryEvent, { sql }: ConsumerContext): Promise<void> {
 *         await sql.query(COUNT_CHANGE, [productId]);
 *       }
 *     }
 *
 * It gets every event of its filter from where it begins, those of one product (or vendor) in order, whatever ends or
 * pauses meanwhile; on one instance at a time for each product.
 */
export const EventConsumer =
  (options: EventConsumerOptions) =>
  (handler: abstract new (...args: never[]) => EventConsumerHandler): void => {
    Reflect.defineMetadata(CONSUMER, options, handler);
  };

export function consumerOptionsOf(handler: object): EventConsumerOptions | undefined {
  return Reflect.getMetadata(CONSUMER, handler) as EventConsumerOptions | undefined;
}
