import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/index.js';
import { RedisConnections } from '../infra/index.js';
import { EventBus } from './bus/event-bus.js';
import { InProcessEventBus } from './bus/in-process-event-bus.js';
import { RedisEventBus } from './bus/redis-event-bus.js';
import { CacheRegistry } from './cache-registry.js';
import { DeliveryCounts } from './delivery/delivery-counts.js';
import { EventCommitter } from './commit/event-committer.js';
import { EventBridge } from './delivery/event-bridge.js';
import { EventListeners } from './delivery/event-listeners.js';
import { SettledDelivery } from './delivery/settled-delivery.js';
import { EventStatsReader } from './event-stats.js';
import { EventsMetrics } from './events.metrics.js';
import { EventsController } from './http/events.controller.js';
import { InventoryEventService } from './inventory-event.service.js';
import { EventLog } from './log/event-log.js';
import { InventoryEventEntity } from './log/inventory-event.entity.js';
import { SettledLog } from './log/settled-log.js';
import { RegisteredSubscribersSubscriber } from './reactions/registered-subscribers.subscriber.js';
import { RoomBroadcastSubscriber } from './reactions/room-broadcast.subscriber.js';
import { WebSocketLink } from './reactions/web-socket-link.js';
import { AnnouncementOrder } from './relay/announcement-order.js';
import { Announcements } from './relay/announcements.js';
import { Announcer } from './relay/announcer.js';
import { Backlog } from './relay/backlog.js';
import { CommitSignal } from './relay/commit-signal.js';
import { Invalidation } from './relay/invalidation.js';
import { Leadership } from './relay/leadership.js';
import { LeaseKeeper } from './relay/lease-keeper.js';
import { OwnEvents } from './relay/own-events.js';
import { PositionedAppend } from './relay/positioned-append.js';
import { Relay } from './relay/relay.js';
import { Sequencer } from './relay/sequencer.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

/** The event log, the relay that orders and publishes it, and the bridge that brings it to every instance. */
@Module({
  imports: [TypeOrmModule.forFeature([InventoryEventEntity])],
  controllers: [EventsController],
  providers: [
    {
      provide: EventBus,
      inject: [AppConfig, RedisConnections],
      useFactory: (config: AppConfig, redis: RedisConnections | null): EventBus =>
        redis ? new RedisEventBus(redis, config.inventoryChannel) : new InProcessEventBus(),
    },
    EventLog,
    SettledLog,
    EventsMetrics,
    EventListeners,
    DeliveryCounts,
    EventBridge,
    SettledDelivery,
    Leadership,
    OwnEvents,
    Sequencer,
    Invalidation,
    LeaseKeeper,
    Announcer,
    AnnouncementOrder,
    Announcements,
    PositionedAppend,
    Backlog,
    Relay,
    CommitSignal,
    EventCommitter,
    CacheRegistry,
    WebSocketLink,
    SubscriberRegistry,
    RegisteredSubscribersSubscriber,
    RoomBroadcastSubscriber,
    EventStatsReader,
    InventoryEventService,
  ],
  exports: [InventoryEventService, EventLog, SettledLog, EventCommitter, Invalidation, CacheRegistry, Relay, EventBus],
})
export class EventsModule {}
