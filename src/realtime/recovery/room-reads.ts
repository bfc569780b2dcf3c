import { Injectable } from '@nestjs/common';
import { EventLog, InventoryEventService } from '../../events/index.js';
import { SingleFlight } from '../../infra/index.js';
import { FairCpuQueue } from '../../http/index.js';
import type { Room } from '../protocol/rooms.js';
import { RoomEvent } from './room-event.js';

/** Positions that one read looks through: some 10 ms of PostgreSQL's time if no event is wanted. */
const SLICE = 10_000;
/** Events of one read: few enough that parsing the largest takes no more than some 50 ms. */
const READ_LIMIT = 200;
/** Rooms of one read, so that the statement's parameters stay small. */
const MOST_ROOMS = 5_000;

/** What one read of the log has found. */
export interface Slice {
  /** Of the rooms that were asked for, and maybe of others; in order. */
  events: readonly RoomEvent[];
  /** All events of the rooms up to this position are among `events`. */
  reached: number;
  /** The log lacks what has been delivered: it was cut or restored, and asking it again would go on for ever. */
  cut: boolean;
}

interface Waiting {
  after: number;
  rooms: readonly Room[];
  resolve: (slice: Slice) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads from the log what clients have missed in their rooms. However many ask, and from however far back, one read is
 * under way in the process, and PostgreSQL rests after each for as long as it took. A read serves all who wait for
 * something within its slice, so clients that come back to the same position cost one read together; those who need a
 * further slice queue up again behind all others, so that none waits for another one's whole way.
 */
@Injectable()
export class RoomReads {
  private readonly turns = new FairCpuQueue();
  private readonly counts = new SingleFlight<boolean>();
  private waiting: Waiting[] = [];
  private working = false;

  constructor(
    private readonly log: EventLog,
    private readonly service: InventoryEventService,
  ) {}

  /**
   * The next events of the rooms after a position, as far as one read looks. Throws what the database driver throws.
   */
  read(after: number, rooms: readonly Room[]): Promise<Slice> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ after, rooms, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  /** Whether the general room has had more than so many events after a position; `most` is the same for all callers. */
  exceeds(after: number, most: number): Promise<boolean> {
    return this.counts.run(`${after}`, () => this.log.hasMoreOfProducts(after, most));
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.waiting.length > 0) await this.turns.take(() => this.serveNext());
    this.working = false;
  }

  private async serveNext(): Promise<void> {
    const { after } = this.waiting[0]!;
    const target = this.service.cursor.position;
    const upTo = Math.min(after + SLICE, target);
    const served = this.takeWithin(after, upTo);
    try {
      const rooms = served.flatMap((one) => one.rooms);
      const found = await this.log.readRooms({ after, upTo, limit: READ_LIMIT }, rooms);
      const events = found.events.map((event) => new RoomEvent(event));
      const slice = { events, reached: found.reached, cut: upTo === target && !found.whole };
      for (const { resolve } of served) resolve(slice);
    } catch (error) {
      for (const { reject } of served) reject(error);
    }
  }

  /**
   * The first who waits, and all whom the same read serves. Who wants every event is not mixed with those who want few.
   */
  private takeWithin(after: number, upTo: number): Waiting[] {
    const wantsAll = isOfAll(this.waiting[0]!);
    const served: Waiting[] = [];
    const others: Waiting[] = [];
    let rooms = 0;
    for (const one of this.waiting) {
      const fits = one.after >= after && one.after < upTo && isOfAll(one) === wantsAll;
      const taken = served.length === 0 || (fits && rooms + one.rooms.length <= MOST_ROOMS);
      if (taken) rooms += one.rooms.length;
      (taken ? served : others).push(one);
    }
    this.waiting = others;
    return served;
  }
}

const isOfAll = ({ rooms }: Waiting): boolean => rooms.some(({ type }) => type === 'general');
