import 'reflect-metadata';
import type { EventContent, InventoryEvent, LogCursor } from '../contracts/index.js';
import type { EventNotice } from './event-notice.js';
import type { FollowedChannels } from './followed-channels.js';

/** Name of the EventEmitter event that carries every `InventoryEvent` once and in position order to this process. */
export const INVENTORY_EVENT = 'inventory.event';

/** All events, none, or those of some channels. */
export type Followed = 'all' | 'none' | FollowedChannels;

/** A part of the product that wants every event as soon as it is delivered to this process. */
export interface EventHandler {
  /**
   * Called once for each event, in position order, in the tick of its delivery, so it has to be quick. What it throws
   * is logged.
   *
   * @param more whether the next event is at hand and follows within milliseconds, mostly in the same tick
   */
  handle(event: InventoryEvent, more: boolean): void;
  /** False while `handle` would do nothing, so that an event needn't be parsed for its sake. */
  readonly needed: boolean;
  /**
   * For which events it must be called in a Redis Cluster, where what nothing in the instance needs is left out.
   * Absent: for all while it is `needed`. It may be called for others as well.
   */
  readonly follows?: Followed;
  /** Called in place of `handle` for an event that was left out, in position order as well. */
  passedBy?(notice: EventNotice): void;
}

/** A cache that must follow the events. Nothing rejects; false says that the cache was out of reach. */
export interface InvalidatableCache {
  /**
   * Puts out of date whatever these events change, after the commit and before its acknowledgement; idempotent. A cache
   * that has just failed isn't tried: `makeUp` does that.
   */
  invalidate(events: readonly EventContent[]): Promise<boolean>;
  /**
   * The same by the leader; without it `invalidate` is called.
   *
   * @param ledSince given if a cache that has just failed is to be tried all the same, for a moment, as long as it
   *   `owes`
   * @returns true as well if whatever couldn't be put out of date is kept from use until it has been cleared, whatever
   *   leases are renewed
   */
  invalidateOrWithhold?(events: readonly EventContent[], ledSince?: number): Promise<boolean>;
  /**
   * Tries once more to put out of date what `owes` tells. @returns whether nothing is left to be; without it nothing
   * ever is
   */
  makeUp?(ledSince?: number): Promise<boolean>;
  /**
   * Whether something couldn't be put out of date, and some instance may serve it.
   *
   * @param ledSince for the leader: moment of `Clock.monotonic` since when no other instance can have vouched for the
   *   cache. What this one hasn't vouched for either, for as long as a lease lasts, is served no more
   */
  owes?(ledSince?: number): boolean;
  /** Removes everything. */
  clear(): Promise<boolean>;
  /**
   * Vouches for a while that everything sequenced up to a moment has been invalidated.
   *
   * @param since of `performance.now()`
   */
  renewLease(since: number): Promise<boolean>;
}

/** What knows of positions, which mean other events when the log was set back. */
export interface NewEpochHandler {
  /** Called in the tick in which the new epoch takes effect. @param began the position that its events follow */
  onNewEpoch(began: LogCursor): void;
}

/** What a replayed answer waits for, within a bound, since it acknowledges a change whose writer may have died. */
export interface ReplayCondition {
  /** Resolves when all that is committed has arrived. */
  arrived(): Promise<unknown>;
}

/** What a class has to be to react to each of the moments in the life of an event. */
export interface Reactors {
  cache: InvalidatableCache;
  delivery: EventHandler;
  replay: ReplayCondition;
  newEpoch: NewEpochHandler;
}
export type Moment = keyof Reactors;

export interface Reaction {
  to: Moment;
  /** Who comes first of those that react to one moment; of one moment no two are equal. */
  order: number;
}

const REACTIONS = Symbol('event reactions');

/**
 * Has a provider of any module react to events. `EventReactions` finds it; nothing else has to name it:
 *
 *     @Injectable()
 *     @EventReaction({ to: 'delivery', order: 30 })
 *     export class PriceAlerts implements EventHandler { … }
 */
export const EventReaction =
  <To extends Moment>(reaction: { to: To; order: number }) =>
  (reactor: abstract new (...args: never[]) => Reactors[To]): void => {
    Reflect.defineMetadata(REACTIONS, [...reactionsOf(reactor), reaction], reactor);
  };

export function reactionsOf(reactor: object): readonly Reaction[] {
  return (Reflect.getMetadata(REACTIONS, reactor) as Reaction[] | undefined) ?? [];
}
