import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { RoomType } from '../protocol/rooms.js';
import { ClientSession } from './client-session.js';

/** The connected clients of this instance. */
@Injectable()
export class Sessions {
  private readonly byId = new Map<string, ClientSession>();
  /** Kept as clients come and go: counting 100,000 subscriptions takes the event loop 24 ms. */
  private readonly counts: Record<RoomType, number> = { vendor: 0, category: 0, general: 0 };

  get count(): number {
    return this.byId.size;
  }

  add(socket: Socket): void {
    this.byId.set(socket.id, new ClientSession(socket, this.counts));
  }

  remove(socket: Socket): void {
    this.byId.get(socket.id)?.end();
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
    return { ...this.counts };
  }
}
