import { type InventoryEvent, keyOf } from '../../contracts/index.js';
import { isConnectionLost, type Queries, savepoint, type SqlClient } from '../../database/index.js';
import { endsWithin } from '../../infra/index.js';
import { PARTITIONS } from '../partitions/partition-of.js';
import type { ConsumerContext, EventConsumerHandler, EventConsumerOptions } from './event-consumer.js';
import { ofConsumer, type RestBounds } from './rests.js';

/** Milliseconds after which a handler that has not come to its end has failed. */
const HANDLER_TIMEOUT = 30_000;
/** Milliseconds that a batch without such a bound has to come to its end once the work on its partition ends. */
const TO_FINISH = 1_000;
/** Milliseconds of other effects after which the checkpoint is moved, so that a crash repeats little. */
const COMMIT_EVERY = 1_000;
/** Connections that may be lost with one event in a row, be it to a statement that takes too long. */
const MOST_LOSSES = 5;

export interface FailedAttempt {
  event: InventoryEvent;
  error: unknown;
}

/** What has become of some events, in order. */
export interface Attempted {
  handled: number;
  failed: FailedAttempt[];
  /** The last event that was handled, failed or left to wait behind a failed one; undefined: all of them were. */
  last?: InventoryEvent;
}

/** How a consumer is worked on if it is none of `@EventConsumer`. */
export interface Workings {
  partitions: number;
  /** Whether a batch that fails is tried again until it doesn't, and nothing goes on meanwhile. */
  stops: boolean;
  /** Asked after each batch: within which bounds it leaves writers time now (`Rests`); undefined: not at all. */
  rests: () => RestBounds | undefined;
}

/** Milliseconds that what is handled in SQL may wait by default while writers are busy. */
const MAY_WAIT = 1_000;

function asUsual({ effect, maxWaitMs }: EventConsumerOptions): Workings {
  const longest = maxWaitMs ?? (effect === 'sql' ? MAY_WAIT : 0);
  const bounds = longest > 0 ? ofConsumer(longest, PARTITIONS) : undefined;
  return { partitions: PARTITIONS, stops: false, rests: () => bounds };
}

/** A handler with its options, as the partitions of its consumer call it. */
export class ConsumerHandler {
  readonly maxAttempts: number;
  readonly blocks: boolean;
  readonly isSql: boolean;
  readonly partitions: number;
  readonly stops: boolean;
  /** Event with which connections were lost lately, and how often. */
  private suspect = { eventId: '', times: 0 };

  constructor(
    readonly options: EventConsumerOptions,
    private readonly handler: EventConsumerHandler,
    private readonly sql: SqlClient,
    private readonly workings: Workings = asUsual(options),
  ) {
    this.partitions = workings.partitions;
    this.stops = workings.stops;
    this.maxAttempts = options.maxAttempts ?? 10;
    this.blocks = options.onFailure !== 'skip';
    this.isSql = options.effect === 'sql';
  }

  get rests(): RestBounds | undefined {
    return this.workings.rests();
  }

  /** Whether what has been handled before a failure can be undone, or is one call; else it would be repeated. */
  get goesTogether(): boolean {
    return this.isSql || this.handler.handleBatch !== undefined;
  }

  /**
   * All at once; what it throws has undone every SQL effect. What stops at a failure would stop for good at a batch
   * that takes too long, so it may take as long as it needs: each of its statements is bound in time. Only the end of
   * the work on its partition cuts it off.
   *
   * @param sql of the transaction
   */
  async together(events: readonly InventoryEvent[], ending: AbortSignal, sql: Queries = this.sql): Promise<void> {
    const context = { sql, attempt: 1 };
    if (this.handler.handleBatch) {
      const work = this.handler.handleBatch(events, context);
      return this.stops ? unlessEnded(work, ending) : inTime(work);
    }
    for (const event of events) await inTime(this.handler.handle(event, context));
  }

  /**
   * One after the other, each of whose failures undoes itself alone. With `block`, later events of a key that has
   * failed are left alone.
   *
   * @param mayGoOn asked before each event with an effect that can't be undone
   */
  async singly(events: readonly InventoryEvent[], mayGoOn: () => boolean): Promise<Attempted> {
    const failed: FailedAttempt[] = [];
    const keys = new Set<string>();
    const began = performance.now();
    let handled = 0;
    for (const [index, event] of events.entries()) {
      if (!this.isSql && index > 0 && (!mayGoOn() || performance.now() - began > COMMIT_EVERY)) {
        return { handled, failed, last: events[index - 1]! };
      }
      if (this.blocks && keys.has(keyOf(event))) continue;
      const error = await this.once(event, 1);
      if (error === undefined) handled += 1;
      else {
        failed.push({ event, error });
        keys.add(keyOf(event));
      }
    }
    return { handled, failed };
  }

  /** @returns what the handler threw. Throws if the connection was lost, which says nothing about the event. */
  async once(event: InventoryEvent, attempt: number): Promise<unknown> {
    const { eventId } = event;
    if (this.suspect.eventId === eventId && this.suspect.times >= MOST_LOSSES) {
      this.suspect = { eventId: '', times: 0 };
      return new Error(`The connection was lost ${MOST_LOSSES} times while this was handled`);
    }
    const handle = async (): Promise<void> => inTime(this.handler.handle(event, this.context(attempt)));
    try {
      await (this.isSql ? savepoint(handle) : handle());
      return undefined;
    } catch (error) {
      if (this.isSql && isConnectionLost(error)) {
        this.suspect = { eventId, times: this.suspect.eventId === eventId ? this.suspect.times + 1 : 1 };
        throw error;
      }
      return error ?? new Error('The handler threw nothing');
    }
  }

  private context(attempt: number): ConsumerContext {
    return { sql: this.sql, attempt };
  }
}

/** What it asks for once it is cut off is refused, as its transaction has ended. */
async function unlessEnded(work: Promise<void>, ending: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    const cutOff = (): void => reject(new Error('The work on the partition has ended'));
    end = () => void (timer ??= setTimeout(cutOff, TO_FINISH));
    ending.addEventListener('abort', end);
    if (ending.aborted) end();
  });
  try {
    await Promise.race([work, ended]);
  } finally {
    ending.removeEventListener('abort', end);
    clearTimeout(timer);
  }
}

/** Rejects late; the handler itself can't be stopped. */
async function inTime(work: Promise<void> | void): Promise<void> {
  if (await endsWithin(HANDLER_TIMEOUT, Promise.resolve(work))) return;
  throw new Error(`The handler has not come to its end within ${HANDLER_TIMEOUT / 1_000} s`);
}
