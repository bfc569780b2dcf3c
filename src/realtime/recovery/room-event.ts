import type { InventoryEvent } from '../../contracts/index.js';
import { roomsOf } from '../protocol/rooms.js';

/** An event with what each client that comes back asks of it, worked out once for all of them. */
export class RoomEvent {
  private size: number | undefined;

  constructor(
    readonly event: InventoryEvent,
    /** Names of the rooms it is sent to. */
    readonly rooms: readonly string[] = roomsOf(event),
  ) {}

  /** UTF-16 units of its JSON, which is near enough to what it takes to send it again. */
  get bytes(): number {
    this.size ??= JSON.stringify(this.event).length;
    return this.size;
  }
}
