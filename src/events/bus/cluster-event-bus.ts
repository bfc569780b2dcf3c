import type { LogCursor } from '../../contracts/index.js';
import type { RedisConnections } from '../../infra/index.js';
import { type BusMessage, EventBus } from './event-bus.js';
import { EventContents } from './event-contents.js';
import type { EventNeeds } from './event-needs.js';
import { NoticeAssembly } from './notice-assembly.js';
import { Receivers } from './receivers.js';
import { RedisEventBus } from './redis-event-bus.js';

/**
 * The bus in a Redis Cluster, where every node would pass on every byte of one channel to every instance (decision 29).
 * Every instance still hears of every event, on the one channel on which it hears of everything else: in **notices**,
 * some eleven bytes an event, with the channels on which the event's **content** goes. Contents it gets of channels
 * that it follows.
 *
 *     leader          PUBLISH notices 7–9 ─────────► every instance: 7 and 9 are of nothing here, 8 is of a room
 *                     SPUBLISH content 8, thrice ──► those that follow its vendor, or its category, or everything
 *     every instance  notices 7–9, with content 8 ─► bridge: passes 7 by, delivers 8, passes 9 by
 *
 * Positions on the one channel are contiguous as ever, so nothing of what finds gaps, silence or a lost message knows
 * of contents. A content that doesn't come is a gap of one event: it is read from the log. Whether an event is needed
 * is decided when it is delivered, so joining a room waits for no subscription.
 */
export class ClusterEventBus extends EventBus {
  private readonly notices: RedisEventBus;
  private readonly contents: EventContents;
  private readonly receivers = new Receivers();
  private readonly assembly: NoticeAssembly;

  constructor(connections: RedisConnections, channel: string, needs: EventNeeds) {
    super();
    this.assembly = new NoticeAssembly(
      (notice) => needs.needs(notice),
      (message) => this.receivers.deliver(message),
      (notice) => this.contents.missed(notice),
    );
    this.contents = new EventContents(connections, channel, needs, (events, bytes) =>
      this.assembly.content(events, bytes),
    );
    this.notices = new RedisEventBus(connections, channel);
    this.notices.subscribe((message) => {
      this.contents.follow();
      this.assembly.take(message);
    });
    connections.everySecond(() => this.contents.review());
  }

  /** Contents that don't come are read from the log, one by one; without notices all of it is. */
  get connected(): boolean {
    return this.notices.connected;
  }

  /** Channels of contents that this instance has subscribed to. */
  get channels(): number {
    return this.contents.count;
  }

  async publish(message: BusMessage): Promise<void> {
    if (message.kind !== 'events') return this.notices.publish(message);
    const { epoch, events } = message.batch;
    this.contents.publish(message.batch);
    await this.notices.publish({ kind: 'notices', epoch, entries: events });
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    return this.receivers.add(receive);
  }

  override reached(cursor: LogCursor): void {
    this.assembly.reached(cursor);
  }
}
