import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { RoomType } from '../rooms.js';
import { ClientSession } from './client-session.js';

/** The connected clients of this instance. */
@Injectable()
export class Sessions {
  private readonly byId = new Map<string, ClientSession>();

  get count(): number {
    return this.byId.size;
  }

  add(socket: Socket): void {
    this.byId.set(socket.id, new ClientSession(socket));
  }

  remove(socket: Socket): void {
    this.byId.delete(socket.id);
  }

  /** `undefined` once the client has gone. */
  of(socket: Socket): ClientSession | undefined {
    return this.byId.get(socket.id);
  }

  [Symbol.iterator](): IterableIterator<ClientSession> {
    return this.byId.values();
  }

  /** Room subscriptions by type. */
  subscriptions(): Record<RoomType, number> {
    const counts: Record<RoomType, number> = { vendor: 0, category: 0, general: 0 };
    for (const session of this) for (const { type } of session.rooms) counts[type] += 1;
    return counts;
  }
}
