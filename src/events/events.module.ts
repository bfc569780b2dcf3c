import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/index.js';
import { ReplicaReads } from '../database/index.js';
import { RedisConnections, RedisOwner } from '../infra/index.js';
import { AuditLog } from './audit/audit-log.js';
import { ClusterEventBus } from './bus/cluster-event-bus.js';
import { EventBus } from './bus/event-bus.js';
import { InProcessEventBus } from './bus/in-process-event-bus.js';
import { RedisEventBus } from './bus/redis-event-bus.js';
import { DeliveryCounts } from './delivery/delivery-counts.js';
import { EventCommitter } from './commit/event-committer.js';
import { EventBridge } from './delivery/event-bridge.js';
import { EventListeners } from './delivery/event-listeners.js';
import { AwaitDelivered } from './delivery/await-delivered.js';
import { AwaitOthers } from './commit/await-others.js';
import { EventReactions } from './event-reactions.js';
import { EventStatsReader } from './event-stats.js';
import { EventsMetrics } from './events.metrics.js';
import { EventsStatus } from './events-status.js';
import { AuditController } from './http/audit.controller.js';
import { EventsController } from './http/events.controller.js';
import { SealsController } from './http/seals.controller.js';
import { InventoryEventService } from './inventory-event.service.js';
import { LogSealer } from './seals/log-sealer.js';
import { LogSeals } from './seals/log-seals.js';
import { LogTail } from './seals/log-tail.js';
import { RecordReader } from './seals/record-reader.js';
import { SegmentMaker } from './seals/segment-maker.js';
import { LogSizes } from './seals/log-size.js';
import { LogRetention } from './retention/log-retention.js';
import { LogHistory } from './log/log-history.js';
import { EventLog } from './log/event-log.js';
import { MovedEvents } from './log/moved-events.js';
import { InventoryEventEntity } from './log/inventory-event.entity.js';
import { AcknowledgedChanges } from './commit/acknowledged-changes.js';
import { AwaitInvalidated } from './commit/await-invalidated.js';
import { AwaitSequenced } from './commit/await-sequenced.js';
import { SubscriberFanOut } from './subscribers/subscriber-fan-out.js';
import { DeliveryTrace } from './delivery/delivery-trace.js';
import { RoomBroadcast } from './subscribers/room-broadcast.js';
import { WebSocketLink } from './subscribers/web-socket-link.js';
import { PublishOrder } from './publisher/publish-order.js';
import { LocalDelivery } from './publisher/local-delivery.js';
import { OrderedPublisher } from './publisher/ordered-publisher.js';
import { EventPublisher } from './publisher/event-publisher.js';
import { Backlog } from './relay/backlog.js';
import { RelayWakeup } from './relay/relay-wakeup.js';
import { CacheInvalidation } from './invalidation/cache-invalidation.js';
import { LeaderWord } from './invalidation/leader-word.js';
import { LeaderElection } from './sequencer/leader-election.js';
import { FreshnessLease } from './invalidation/freshness-lease.js';
import { UnreachedCache } from './invalidation/unreached-cache.js';
import { PendingEvents } from './sequencer/pending-events.js';
import { InlineSequencing } from './commit/inline-sequencing.js';
import { Relay } from './relay/relay.js';
import { Sequencer } from './sequencer/sequencer.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

/** The event log, the relay that orders and publishes it, and the bridge that brings it to every instance. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([InventoryEventEntity])],
  controllers: [EventsController, SealsController, AuditController],
  providers: [
    {
      provide: EventBus,
      inject: [AppConfig, RedisConnections, EventListeners],
      useFactory: (config: AppConfig, redis: RedisConnections | null, listeners: EventListeners): EventBus => {
        if (!redis) return new InProcessEventBus();
        return config.redis?.cluster
          ? new ClusterEventBus(redis, config.inventoryChannel, listeners)
          : new RedisEventBus(redis, config.inventoryChannel);
      },
    },
    MovedEvents,
    EventLog,
    LogHistory,
    AwaitSequenced,
    EventsMetrics,
    EventListeners,
    DeliveryCounts,
    EventBridge,
    { provide: LocalDelivery, useExisting: EventBridge },
    AwaitDelivered,
    AwaitOthers,
    AwaitInvalidated,
    LeaderElection,
    PendingEvents,
    Sequencer,
    CacheInvalidation,
    UnreachedCache,
    FreshnessLease,
    LeaderWord,
    EventPublisher,
    PublishOrder,
    OrderedPublisher,
    InlineSequencing,
    Backlog,
    Relay,
    RelayWakeup,
    AcknowledgedChanges,
    EventCommitter,
    WebSocketLink,
    SubscriberRegistry,
    SubscriberFanOut,
    RoomBroadcast,
    DeliveryTrace,
    EventsStatus,
    EventStatsReader,
    InventoryEventService,
    AuditLog,
    RecordReader,
    LogTail,
    SegmentMaker,
    LogSealer,
    LogRetention,
    LogSeals,
    LogSizes,
    EventReactions,
  ],
  exports: [
    InventoryEventService,
    EventCommitter,
    AcknowledgedChanges,
    EventLog,
    AwaitOthers,
    AwaitSequenced,
    EventsStatus,
    LogSizes,
  ],
})
export class EventsModule {
  constructor(log: EventLog, owner: RedisOwner, replicas: ReplicaReads) {
    owner.follow(() => log.epoch);
    replicas.follow(() => log.epoch);
  }
}
