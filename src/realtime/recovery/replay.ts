import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { EventLog, InventoryEventService } from '../../events/index.js';
import { type Room, roomName, roomsOf } from '../rooms.js';
import { RecentEvents } from './recent-events.js';

const READ_LIMIT = 1_000;
/** Positions between a client and now, beyond which the log isn't searched for the few events of its rooms. */
const MAX_DISTANCE = 50_000;

/**
 * What a client has missed in its rooms since a position. Use: `while (!missed.complete) await missed.step()`, then go
 * on without awaiting anything: in that tick nothing can be delivered that is neither in `events` nor yet to come.
 */
export interface Missed {
  readonly events: readonly InventoryEvent[];
  /** More than the replay bound: the client must refetch. */
  readonly tooMany: boolean;
  /** Whether `events` reach to what has been delivered to this instance by now. */
  readonly complete: boolean;
  step(): Promise<void>;
}

/** Collects what clients have missed, from memory or from the log. */
@Injectable()
export class Replay {
  constructor(
    private readonly recent: RecentEvents,
    private readonly log: EventLog,
    private readonly service: InventoryEventService,
    private readonly config: AppConfig,
  ) {}

  since(position: number, rooms: readonly Room[]): Missed {
    const { recent, log, service, config } = this;
    const names = new Set(rooms.map(roomName));
    const events: InventoryEvent[] = [];
    let at = position;
    let bytes = 0;
    let tooMany = service.cursor.position - position > MAX_DISTANCE;

    const take = (event: InventoryEvent): void => {
      at = event.position;
      if (!roomsOf(event).some((name) => names.has(name))) return;
      events.push(event);
      bytes += JSON.stringify(event).length;
      tooMany = events.length > config.replayEvents || bytes > config.replayBytes;
    };

    return {
      events,
      get tooMany() {
        return tooMany;
      },
      get complete() {
        return tooMany || at >= service.cursor.position;
      },
      async step() {
        const target = service.cursor.position;
        const from = at;
        const kept = recent.after(at);
        for (const event of kept?.length ? kept : await log.read(at, READ_LIMIT)) {
          // What lies behind the cursor is still to be delivered.
          if (tooMany || event.position > target) return;
          take(event);
        }
        // A log that lacks what has been delivered was cut or restored; asking it again would go on for ever.
        if (at === from) tooMany = true;
      },
    };
  }
}
