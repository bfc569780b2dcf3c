import { Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { InventoryEvent } from '../../contracts/index.js';
import { FollowedChannels, type WebSocketService } from '../../events/index.js';
import { eventFrame, FrameSender } from '../../fast-path/index.js';
import { Tracing } from '../../infra/index.js';
import { NOTIFICATION } from '../protocol/messages.js';
import { RealtimeMetrics } from '../realtime.metrics.js';
import { RecentEvents } from '../recovery/recent-events.js';
import { channelOfRoom, roomsOf } from '../protocol/rooms.js';

/**
 * Emits events to this instance's sockets. The bridge brings every instance what its rooms are of, so they are
 * emitted locally; a socket in several rooms of an event gets it once.
 */
@Injectable()
export class RoomBroadcaster implements WebSocketService {
  readonly followed = new FollowedChannels();
  private namespace: Namespace | null = null;

  constructor(
    private readonly recent: RecentEvents,
    private readonly metrics: RealtimeMetrics,
    private readonly sender: FrameSender,
    private readonly tracing: Tracing,
  ) {}

  attach(namespace: Namespace): void {
    this.namespace = namespace;
    // In the tick in which a room gets its first socket or loses its last one, whatever has led to it.
    namespace.adapter.on('create-room', (name: string) => {
      const channel = channelOfRoom(name);
      if (channel !== undefined) this.followed.add(channel);
    });
    namespace.adapter.on('delete-room', (name: string) => {
      const channel = channelOfRoom(name);
      if (channel !== undefined) this.followed.remove(channel);
    });
  }

  /**
   * Without clients no one returns for an event soon; kept, it would outlive the young generation, which is a good part
   * of its cost.
   */
  get idle(): boolean {
    return !this.namespace || this.namespace.sockets.size === 0;
  }

  broadcast(event: InventoryEvent, more: boolean): void {
    if (!this.namespace || this.idle) return;
    const rooms = roomsOf(event);
    this.recent.add(event, rooms);
    const receivers = membersOf(this.namespace, rooms);
    if (receivers.size === 0) {
      if (!more) this.sender.flush();
      return;
    }
    const start = Date.now();
    const others = this.sender.on ? this.sendFrames(receivers, event, more) : [...receivers];
    // Those of the last event may all have to get it from Socket.IO.
    if (!more) this.sender.flush();
    // Every socket is in a room of its own id.
    if (others.length > 0) this.namespace.local.to(others).emit(NOTIFICATION, event);
    this.metrics.notificationsSent.inc(receivers.size);
    if (this.tracing.on) this.trace(event, start, receivers.size);
  }

  private trace({ correlationId, position }: InventoryEvent, start: number, sockets: number): void {
    const attributes = { 'inventory.position': position, 'inventory.sockets': sockets };
    this.tracing.step('write to sockets', correlationId, start, attributes);
  }

  /** @returns the ids of those that have to get it from Socket.IO */
  private sendFrames(receivers: ReadonlySet<string>, event: InventoryEvent, more: boolean): string[] {
    const { name, sockets } = this.namespace!;
    const frame = eventFrame(name, NOTIFICATION, event);
    const others: string[] = [];
    for (const id of receivers) {
      const socket = sockets.get(id);
      if (socket && !this.sender.send(socket, frame, more)) others.push(id);
    }
    return others;
  }
}

/**
 * The ids of the sockets in any of the rooms; those of the largest, which may be everybody, are not copied if they are
 * all.
 */
function membersOf({ adapter }: Namespace, rooms: readonly string[]): ReadonlySet<string> {
  const members = rooms.flatMap((room) => adapter.rooms.get(room) ?? []).sort((one, other) => other.size - one.size);
  const largest = members[0] ?? new Set<string>();
  const others = members.slice(1).flatMap((room) => [...room].filter((id) => !largest.has(id)));
  return others.length > 0 ? new Set([...largest, ...others]) : largest;
}
