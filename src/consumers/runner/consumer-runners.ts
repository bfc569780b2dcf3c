import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { SqlClient } from '../../database/index.js';
import { EventLog, EventReaction, type NewEpochHandler } from '../../events/index.js';
import { Metrics } from '../../infra/index.js';
import { fieldFaults, fieldsOf, idRule } from '../../validation/index.js';
import { ConsumersMetrics } from '../consumers.metrics.js';
import { ConsumerFeed } from '../feed/consumer-feed.js';
import { nameOf, PartitionClaims, type PartitionWorker } from '../partitions/partition-claims.js';
import { PARTITIONS } from '../partitions/partition-of.js';
import { Checkpoints, type Ownership } from '../store/checkpoints.js';
import { ConsumerStore } from '../store/consumer-store.js';
import { Failures, type PartitionId } from '../store/failures.js';
import { ConsumerHandler } from './attempts.js';
import { consumerOptionsOf, type EventConsumerHandler } from './event-consumer.js';
import { PartitionRunner } from './partition-runner.js';
import { Rests } from './rests.js';
import type { RunnerParts } from './runner-parts.js';
import { Slots } from './slots.js';

/** Transactions of consumers at a time, so that requests have the rest of the pool's ten connections. */
const TRANSACTIONS = 3;
const NAME = fieldsOf({ name: idRule }, ['name']);

/** Finds the providers with `@EventConsumer`, and runs those of their partitions that this instance owns. */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 70 })
export class ConsumerRunners implements PartitionWorker, NewEpochHandler, OnApplicationBootstrap, OnModuleDestroy {
  private readonly handlers = new Map<string, ConsumerHandler>();
  private readonly runners = new Map<string, PartitionRunner>();
  private readonly parts: RunnerParts;
  private started = false;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly store: ConsumerStore,
    private readonly claims: PartitionClaims,
    private readonly metrics: ConsumersMetrics,
    sql: SqlClient,
    log: EventLog,
    feed: ConsumerFeed,
    checkpoints: Checkpoints,
    failures: Failures,
    rests: Rests,
    { errors }: Metrics,
  ) {
    this.parts = {
      ...{ sql, log, feed, checkpoints, failures, rests, metrics, errors },
      slots: new Slots(TRANSACTIONS),
      certain: () => claims.certain,
      alone: () => claims.alone,
      lost: (held) => {
        claims.forget(held);
        if (this.runners.get(nameOf(held))?.held === held) this.runners.delete(nameOf(held));
      },
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const handler of this.find()) {
      const { name, onFailure = 'block', from = 'beginning' } = handler.options;
      const { maxAttempts } = handler;
      const { eventTypes, vendorIds, categories, commodities } = handler.options;
      const filter = Object.fromEntries(
        Object.entries({ eventTypes, vendorIds, categories, commodities }).filter(([, values]) => values?.length),
      );
      await this.store.register({ name, kind: 'in-process', filter, onFailure, maxAttempts }, PARTITIONS, from);
      this.handlers.set(name, handler);
      this.metrics.known(name);
    }
    // Also without any: others must know that this instance may have readers of what they feed.
    this.start();
  }

  /** Has a consumer run as well that is registered already; any number of times. */
  add(handler: ConsumerHandler): void {
    const { name } = handler.options;
    if (this.handlers.has(name)) return;
    this.handlers.set(name, handler);
    this.metrics.known(name);
    this.start();
  }

  /** The heartbeat that finds it gone ends what is under way. */
  remove(name: string): void {
    this.handlers.delete(name);
  }

  private start(): void {
    if (this.started) return;
    this.started = true;
    this.unsubscribe = this.parts.feed.onEvents(() => {
      for (const runner of this.runners.values()) runner.wake();
    });
    this.claims.start(() => [...this.handlers.keys()], this);
  }

  async onModuleDestroy(): Promise<void> {
    for (const runner of this.runners.values()) runner.stop();
    await this.claims.stop();
    this.unsubscribe();
  }

  gained(held: Ownership, position: number): void {
    this.metrics.gained(held.consumer);
    const handler = this.handlers.get(held.consumer);
    // Gone since the heartbeat began; the next one gives it back.
    if (!handler) return this.claims.forget(held);
    this.runners.set(nameOf(held), new PartitionRunner(held, position, handler, this.parts));
  }

  lost(id: PartitionId): void {
    this.runners.get(nameOf(id))?.stop();
    this.runners.delete(nameOf(id));
  }

  async finish(id: PartitionId): Promise<void> {
    const runner = this.runners.get(nameOf(id));
    if (!runner) return;
    runner.stop();
    await runner.ended;
    if (this.runners.get(nameOf(id)) === runner) this.runners.delete(nameOf(id));
  }

  seen(id: PartitionId, found: { due: boolean; retrying: number }): void {
    this.runners.get(nameOf(id))?.seen(found);
  }

  /** What is known of checkpoints is of another history: the next heartbeat gives them back, and claims them anew. */
  onNewEpoch(): void {
    for (const runner of [...this.runners.values()]) {
      runner.stop();
      this.parts.lost(runner.held);
    }
  }

  /** @throws if a name is no id, or two consumers have the same */
  private find(): ConsumerHandler[] {
    const found = new Map<string, ConsumerHandler>();
    for (const instance of new Set(this.discovery.getProviders().map((wrapper) => wrapper.instance as unknown))) {
      if (typeof instance !== 'object' || instance === null) continue;
      const options = consumerOptionsOf(instance.constructor);
      if (!options) continue;
      const [fault] = fieldFaults({ name: options.name }, NAME);
      if (fault) throw new Error(`@EventConsumer of ${instance.constructor.name}: its name ${fault.message}`);
      if (found.has(options.name)) throw new Error(`Two event consumers have the name ${options.name}`);
      found.set(options.name, new ConsumerHandler(options, instance as EventConsumerHandler, this.parts.sql));
    }
    return [...found.values()];
  }
}
