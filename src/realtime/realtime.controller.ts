import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { LogCursor } from '../contracts/index.js';
import { InventoryEventService } from '../events/index.js';
import { RoomMembership } from './room-membership.js';
import type { RoomType } from './rooms.js';

interface RealtimeStats {
  connections: number;
  subscriptions: Record<RoomType, number> & { total: number };
  /** Everything up to here has been sent to this instance's rooms. */
  cursor: LogCursor;
}

@ApiTags('realtime')
@Controller('realtime')
export class RealtimeController {
  constructor(
    private readonly membership: RoomMembership,
    private readonly events: InventoryEventService,
  ) {}

  @Get('stats')
  stats(): RealtimeStats {
    const subscriptions = this.membership.subscriptions();
    const total = subscriptions.vendor + subscriptions.category + subscriptions.general;
    return {
      connections: this.membership.connections,
      subscriptions: { ...subscriptions, total },
      cursor: this.events.cursor,
    };
  }
}
