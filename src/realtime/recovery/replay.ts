import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { InventoryEventService } from '../../events/index.js';
import { type Room, roomName } from '../protocol/rooms.js';
import { RecentEvents } from './recent-events.js';
import type { RoomEvent } from './room-event.js';
import { RoomReads } from './room-reads.js';

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
    private readonly reads: RoomReads,
    private readonly service: InventoryEventService,
    private readonly config: AppConfig,
  ) {}

  since(position: number, rooms: readonly Room[]): Missed {
    const { recent, reads, service, config } = this;
    const names = new Set(rooms.map(roomName));
    const events: InventoryEvent[] = [];
    let at = position;
    let bytes = 0;
    const distance = service.cursor.position - position;
    let tooMany = distance > MAX_DISTANCE;
    // Counting is much cheaper than reading, and those who have missed too much in the general room are many at once.
    let counts = distance > config.replayEvents && rooms.some(({ type }) => type === 'general');

    const take = (found: readonly RoomEvent[], upTo: number): void => {
      for (const one of found) {
        // What lies behind the cursor is still to be delivered.
        if (tooMany || one.event.position > upTo) return;
        if (one.event.position <= at) continue;
        at = one.event.position;
        if (!one.rooms.some((name) => names.has(name))) continue;
        events.push(one.event);
        bytes += one.bytes;
        tooMany = events.length > config.replayEvents || bytes > config.replayBytes;
      }
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
        if (counts) {
          counts = false;
          tooMany ||= await reads.exceeds(at, config.replayEvents);
          return;
        }
        const kept = recent.after(at);
        if (kept?.length) return take(kept, service.cursor.position);
        const { events: found, reached, cut } = await reads.read(at, rooms);
        take(found, reached);
        at = Math.max(at, reached);
        tooMany ||= cut;
      },
    };
  }
}
