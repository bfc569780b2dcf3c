import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ReplayBarrier } from '../idempotency/index.js';
import { EventListeners } from './delivery/event-listeners.js';
import { type Moment, type Reaction, reactionsOf, type Reactors } from './event-reaction.js';
import { CacheInvalidation } from './invalidation/cache-invalidation.js';
import { LogHistory } from './log/log-history.js';

/** Finds every provider with `@EventReaction`, and hands it to what calls it, before the first event is delivered. */
@Injectable()
export class EventReactions implements OnModuleInit {
  private readonly logger = new Logger(EventReactions.name);

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly invalidation: CacheInvalidation,
    private readonly listeners: EventListeners,
    private readonly barrier: ReplayBarrier,
    private readonly history: LogHistory,
  ) {}

  onModuleInit(): void {
    const found = this.found();
    this.logger.debug(found.map(({ to, order, reactor }) => `${to} ${order} ${reactor.constructor.name}`).join(', '));
    for (const { to, reactor } of found) this.callers[to](reactor as never);
  }

  /** All of them, by moment and order. @throws if two of one moment have one order */
  found(): (Reaction & { reactor: object })[] {
    // One object may be provided by several tokens.
    const providers = new Set(this.discovery.getProviders().map(({ instance }) => instance as unknown));
    const found = [...providers].flatMap((reactor) =>
      typeof reactor === 'object' && reactor !== null
        ? reactionsOf(reactor.constructor).map((reaction) => ({ ...reaction, reactor }))
        : [],
    );
    found.sort((one, other) => (one.to === other.to ? one.order - other.order : one.to < other.to ? -1 : 1));
    for (const [index, { to, order, reactor }] of found.entries()) {
      const before = found[index - 1];
      if (before?.to !== to || before.order !== order) continue;
      const names = `${before.reactor.constructor.name} and ${reactor.constructor.name}`;
      throw new Error(`${names} both react to ${to} with order ${order}`);
    }
    return found;
  }

  private readonly callers: { [To in Moment]: (reactor: Reactors[To]) => void } = {
    cache: (cache) => this.invalidation.register(cache),
    delivery: (handler) =>
      this.listeners.add((event, more) => handler.handle(event, more), {
        needed: () => handler.needed,
        follows: () => handler.follows ?? 'all',
        ...(handler.passedBy && { passedBy: (notice) => handler.passedBy!(notice) }),
      }),
    replay: (condition) => this.barrier.register(() => condition.arrived()),
    newEpoch: (handler) => this.history.onNewEpoch((began) => handler.onNewEpoch(began)),
  };
}
