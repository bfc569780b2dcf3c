import { Module } from '@nestjs/common';
import { EventsModule } from '../events/index.js';
import { AsyncApiController } from './asyncapi/asyncapi.controller.js';
import { ConnectionGuard } from './connections/connection-guard.js';
import { Identity } from './gateway/identity.js';
import { InventoryGateway } from './gateway/inventory.gateway.js';
import { Admission } from './limits/admission.js';
import { ConnectionLimit } from './limits/connection-limit.js';
import { HandshakeLimit } from './limits/handshake-limit.js';
import { OriginCheck } from './limits/origin-check.js';
import { RequestLimit } from './limits/request-limit.js';
import { RealtimeController } from './realtime.controller.js';
import { RealtimeMetrics } from './realtime.metrics.js';
import { RoomBroadcaster } from './gateway/room-broadcaster.js';
import { RecentEvents } from './recovery/recent-events.js';
import { Replay } from './recovery/replay.js';
import { NewEpoch } from './recovery/new-epoch.js';
import { RoomReads } from './recovery/room-reads.js';
import { RoomSubscriber } from './recovery/room-subscriber.js';
import { Sessions } from './sessions/sessions.js';
import { SlowClients } from './slow-clients/slow-clients.js';

/** WebSocket rooms of vendors, categories and the general public. */
@Module({
  imports: [EventsModule],
  controllers: [RealtimeController, AsyncApiController],
  providers: [
    InventoryGateway,
    Identity,
    Sessions,
    RoomBroadcaster,
    RecentEvents,
    Replay,
    RoomReads,
    NewEpoch,
    RoomSubscriber,
    SlowClients,
    Admission,
    OriginCheck,
    ConnectionGuard,
    HandshakeLimit,
    ConnectionLimit,
    RequestLimit,
    RealtimeMetrics,
  ],
  exports: [RequestLimit],
})
export class RealtimeModule {}
