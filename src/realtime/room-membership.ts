import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { type Room, roomName, type RoomType } from './rooms.js';

/** Who is in which room, and how many subscriptions of each type there are. */
@Injectable()
export class RoomMembership {
  private readonly rooms = new Map<string, Map<string, RoomType>>();
  private readonly counts: Record<RoomType, number> = { vendor: 0, category: 0, general: 0 };

  get connections(): number {
    return this.rooms.size;
  }

  subscriptions(): Record<RoomType, number> {
    return { ...this.counts };
  }

  connected(socket: Socket): void {
    this.rooms.set(socket.id, new Map());
  }

  /** Takes effect in this tick: the next event delivered reaches the socket. Joining twice is joining once. */
  join(socket: Socket, room: Room): string {
    const name = roomName(room);
    const joined = this.rooms.get(socket.id);
    // A socket that has gone meanwhile must not be counted for ever.
    if (joined && !joined.has(name)) {
      joined.set(name, room.type);
      this.counts[room.type] += 1;
      void socket.join(name);
    }
    return name;
  }

  leave(socket: Socket, room: Room): string {
    const name = roomName(room);
    if (this.rooms.get(socket.id)?.delete(name)) {
      this.counts[room.type] -= 1;
      void socket.leave(name);
    }
    return name;
  }

  disconnected(socket: Socket): void {
    for (const type of this.rooms.get(socket.id)?.values() ?? []) this.counts[type] -= 1;
    this.rooms.delete(socket.id);
  }
}
