import type { Socket } from 'socket.io';
import type { InventoryEvent } from '../../contracts/index.js';
import { type Room, roomName, roomsOf, type RoomType } from '../protocol/rooms.js';

interface Membership {
  room: Room;
  /** Every event of the room after this position has been or will be sent to the client. */
  from: number;
}

/** What the server knows of one client: its rooms, and since when it gets everything of them. */
export class ClientSession {
  private readonly memberships = new Map<string, Membership>();
  /** While the client is taken out of its rooms for being slow: the last position it got everything up to. */
  private suspendedAt: number | null = null;

  private ended = false;

  /** @param counts of all sessions' rooms by type, which this session keeps for its own */
  constructor(
    readonly socket: Socket,
    private readonly counts: Record<RoomType, number>,
  ) {}

  get connected(): boolean {
    return this.socket.connected;
  }

  get suspended(): boolean {
    return this.suspendedAt !== null;
  }

  get rooms(): readonly Room[] {
    return [...this.memberships.values()].map(({ room }) => room);
  }

  get size(): number {
    return this.memberships.size;
  }

  has(room: Room): boolean {
    return this.memberships.has(roomName(room));
  }

  /** Whether the client gets this event anyway, through a room it is in already. */
  covers(event: InventoryEvent): boolean {
    return roomsOf(event).some((name) => {
      const membership = this.memberships.get(name);
      return membership !== undefined && membership.from < event.position;
    });
  }

  /** Takes effect in this tick: the next event delivered reaches the client. */
  join(room: Room, from: number): void {
    if (this.ended) return;
    const name = roomName(room);
    const before = this.memberships.get(name);
    if (!before) this.counts[room.type] += 1;
    this.memberships.set(name, { room, from: Math.min(from, before?.from ?? from) });
    if (!this.suspended) void this.socket.join(name);
  }

  /** @returns whether the client was in the room */
  leave(room: Room): boolean {
    const name = roomName(room);
    void this.socket.leave(name);
    const left = this.memberships.delete(name);
    if (left) this.counts[room.type] -= 1;
    return left;
  }

  /** The client has gone: its rooms count no more, and it joins no others. */
  end(): void {
    this.ended = true;
    for (const { type } of this.rooms) this.counts[type] -= 1;
    this.memberships.clear();
  }

  /** The log was set back to a position: the client has all of its rooms up to there, and gets what follows. */
  restart(position: number): void {
    for (const membership of this.memberships.values()) membership.from = position;
    if (this.suspendedAt !== null) this.suspendedAt = position;
  }

  /** Takes the client out of its rooms without forgetting them. */
  suspend(position: number): void {
    this.suspendedAt = position;
    for (const name of this.memberships.keys()) void this.socket.leave(name);
  }

  /** Where the client's knowledge ended when it was suspended. */
  get resumeFrom(): number {
    return this.suspendedAt ?? Number.POSITIVE_INFINITY;
  }

  resume(): void {
    this.suspendedAt = null;
    for (const name of this.memberships.keys()) void this.socket.join(name);
  }
}
