import { Controller, Get } from '@nestjs/common';
import { Access } from '../auth/index.js';
import type { LogCursor } from '../contracts/index.js';
import { InventoryEventService } from '../events/index.js';
import { ConnectionLimit } from './limits/connection-limit.js';
import type { RoomType } from './protocol/rooms.js';
import { Sessions } from './sessions/sessions.js';

interface RealtimeStats {
  /** With or without the namespace. */
  connections: number;
  subscriptions: Record<RoomType, number> & { total: number };
  /** Everything up to here has been sent to this instance's rooms. */
  cursor: LogCursor;
}

@Controller('realtime')
export class RealtimeController {
  constructor(
    private readonly sessions: Sessions,
    private readonly connections: ConnectionLimit,
    private readonly events: InventoryEventService,
  ) {}

  @Get('stats')
  @Access('admin')
  stats(): RealtimeStats {
    const subscriptions = this.sessions.subscriptions();
    const total = subscriptions.vendor + subscriptions.category + subscriptions.general;
    return {
      connections: this.connections.count,
      subscriptions: { ...subscriptions, total },
      cursor: this.events.cursor,
    };
  }
}
