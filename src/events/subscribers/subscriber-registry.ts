import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import { EventBridge } from '../delivery/event-bridge.js';
import { EventReaction, type NewEpochHandler } from '../event-reaction.js';
import { EventsMetrics } from '../events.metrics.js';
import { EventLog } from '../log/event-log.js';
import type { EventSubscription, SubscriberStats } from './event-subscription.js';
import { SubscriberQueue } from './subscriber-queue.js';

@Injectable()
@EventReaction({ to: 'newEpoch', order: 30 })
export class SubscriberRegistry implements NewEpochHandler, OnModuleDestroy {
  private readonly logger = new Logger(SubscriberRegistry.name);
  private readonly queues = new Map<string, SubscriberQueue>();

  constructor(
    private readonly log: EventLog,
    private readonly bridge: EventBridge,
    private readonly metrics: EventsMetrics,
  ) {}

  onNewEpoch({ position }: LogCursor): void {
    for (const queue of this.queues.values()) queue.restart(position);
  }

  /** A second subscription under one id takes the first one's place. */
  add(subscription: EventSubscription): void {
    this.remove(subscription.subscriberId);
    const queue = new SubscriberQueue(
      subscription,
      this.log,
      (subscriberId, error) => this.failed(subscriberId, error),
      this.bridge.cursor.position,
    );
    const { startFrom } = subscription;
    if (startFrom) void queue.startFrom(() => this.positionOf(startFrom));
    this.queues.set(subscription.subscriberId, queue);
  }

  private async positionOf(start: NonNullable<EventSubscription['startFrom']>): Promise<number> {
    if ('position' in start) return start.position;
    return (await this.log.positionBefore(start.time)) ?? this.bridge.cursor.position;
  }

  remove(subscriberId: string): boolean {
    this.queues.get(subscriberId)?.close();
    return this.queues.delete(subscriberId);
  }

  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  enqueue(event: InventoryEvent): void {
    for (const queue of this.queues.values()) queue.enqueue(event);
  }

  stats(): SubscriberStats[] {
    return [...this.queues.values()].map((queue) => queue.stats());
  }

  onModuleDestroy(): void {
    for (const subscriberId of [...this.queues.keys()]) this.remove(subscriberId);
  }

  private failed(subscriberId: string, error: unknown): void {
    this.metrics.subscriberFailures.inc({ subscriber: subscriberId });
    this.logger.warn(`Subscriber ${subscriberId} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
