import { describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io';
import type { Room } from '../protocol/rooms.js';
import { Sessions } from './sessions.js';

const aSocket = (id: number): Socket =>
  ({ id: String(id), connected: true, join: () => undefined, leave: () => undefined }) as unknown as Socket;
const ROOMS: Room[] = [{ type: 'general' }, { type: 'vendor', vendorId: 'v1' }, { type: 'vendor', vendorId: 'v2' }];

describe('Sessions', () => {
  it('keeps counts of subscriptions, without going through the clients to tell them', () => {
    const sessions = new Sessions();
    const sockets = Array.from({ length: 1_000 }, (_none, id) => aSocket(id));
    for (const socket of sockets) {
      sessions.add(socket);
      for (const room of [...ROOMS, ROOMS[0]!]) sessions.of(socket)!.join(room, 0);
    }
    sessions[Symbol.iterator] = () => {
      throw new Error('all clients are gone through');
    };
    expect(sessions.subscriptions()).toEqual({ vendor: 2_000, category: 0, general: 1_000 });

    const [one, other] = [sessions.of(sockets[0]!)!, sessions.of(sockets[1]!)!];
    expect([one.leave(ROOMS[0]!), one.leave(ROOMS[0]!)]).toEqual([true, false]);
    sessions.remove(sockets[1]!);
    sessions.remove(sockets[1]!);
    other.join(ROOMS[0]!, 0);
    expect(other.leave(ROOMS[1]!)).toBe(false);
    expect(sessions.subscriptions()).toEqual({ vendor: 1_998, category: 0, general: 998 });
  });
});
