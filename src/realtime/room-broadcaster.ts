import { Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { InventoryEvent } from '../contracts/index.js';
import type { WebSocketService } from '../events/index.js';
import { NOTIFICATION } from './messages.js';
import { RealtimeMetrics } from './realtime.metrics.js';
import { RecentEvents } from './recovery/recent-events.js';
import { roomsOf } from './rooms.js';

/**
 * Emits events to this instance's sockets. The bridge brings every event to every instance, so rooms are emitted
 * locally; one emit names all rooms of an event, so a socket in several of them gets it once.
 */
@Injectable()
export class RoomBroadcaster implements WebSocketService {
  private namespace: Namespace | null = null;

  constructor(
    private readonly recent: RecentEvents,
    private readonly metrics: RealtimeMetrics,
  ) {}

  attach(namespace: Namespace): void {
    this.namespace = namespace;
  }

  broadcast(event: InventoryEvent): void {
    this.recent.add(event);
    if (!this.namespace) return;
    const rooms = roomsOf(event);
    const receivers = receiversIn(this.namespace, rooms);
    if (receivers === 0) return;
    this.namespace.local.to(rooms).emit(NOTIFICATION, event);
    this.metrics.notificationsSent.inc(receivers);
  }
}

/** How many sockets are in any of the rooms; walks only those beside the largest, which may be everybody. */
function receiversIn({ adapter }: Namespace, rooms: readonly string[]): number {
  const members = rooms.flatMap((room) => adapter.rooms.get(room) ?? []).sort((one, other) => other.size - one.size);
  let count = members[0]?.size ?? 0;
  for (const [index, room] of members.entries()) {
    if (index === 0) continue;
    for (const id of room) if (!members.slice(0, index).some((larger) => larger.has(id))) count += 1;
  }
  return count;
}
