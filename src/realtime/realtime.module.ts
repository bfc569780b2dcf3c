import { Module } from '@nestjs/common';
import { EventsModule } from '../events/index.js';
import { InventoryGateway } from './inventory.gateway.js';
import { RealtimeController } from './realtime.controller.js';
import { RealtimeMetrics } from './realtime.metrics.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { RoomMembership } from './room-membership.js';
import { RoomSubscriber } from './room-subscriber.js';

/** WebSocket rooms of vendors, categories and the general public. */
@Module({
  imports: [EventsModule],
  controllers: [RealtimeController],
  providers: [InventoryGateway, RoomBroadcaster, RoomMembership, RoomSubscriber, RealtimeMetrics],
})
export class RealtimeModule {}
