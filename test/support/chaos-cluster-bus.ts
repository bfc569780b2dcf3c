import type { InventoryEvent, LogCursor } from '../../src/contracts/index.js';
import { type BusMessage, EventBus } from '../../src/events/bus/event-bus.js';
import type { EventNeeds } from '../../src/events/bus/event-needs.js';
import { NoticeAssembly } from '../../src/events/bus/notice-assembly.js';
import { decodeNotices, encodeNotices } from '../../src/events/bus/notices-format.js';
import { Receivers } from '../../src/events/bus/receivers.js';
import { channelsOf } from '../../src/events/content-channels.js';
import { ChaosEventBus, type Fate } from './chaos-event-bus.js';

/** Of a message with one event. */
const BYTES = 1_000;

/**
 * What one instance hears in a Redis Cluster, without one: notices and contents each come as they are told, one fate
 * per message in turn. A content comes before its notice, or long after it.
 */
export class ChaosClusterBus extends EventBus {
  readonly connected = true;
  private readonly receivers = new Receivers();
  private readonly assembly: NoticeAssembly;
  private readonly notices: ChaosEventBus;
  private readonly fates: ('arrives' | 'lost' | 'late')[];

  /** @param subscribed to which channels the instance has subscribed by now, whatever it needs */
  constructor(
    needs: EventNeeds,
    private readonly subscribed: (channel: number) => boolean,
    notices: readonly Fate[] = [],
    contents: readonly ('arrives' | 'lost' | 'late')[] = [],
  ) {
    super();
    this.assembly = new NoticeAssembly(
      (notice) => needs.needs(notice),
      (message) => this.receivers.deliver(message),
    );
    this.notices = new ChaosEventBus(notices);
    this.notices.subscribe((message) => this.assembly.take(message));
    this.fates = [...contents];
  }

  async publish(message: BusMessage): Promise<void> {
    if (message.kind !== 'events') return this.notices.publish(message);
    const { epoch, events } = message.batch;
    const late: InventoryEvent[] = [];
    for (const event of events) {
      for (const channel of channelsOf(event)) {
        if (!this.subscribed(channel)) continue;
        const fate = this.fates.shift() ?? 'arrives';
        const copy = structuredClone(event);
        if (fate === 'arrives') this.assembly.content([copy], BYTES);
        else if (fate === 'late') late.push(copy);
      }
    }
    const { entries } = decodeNotices(encodeNotices(epoch, events), 0)!;
    await this.notices.publish({ kind: 'notices', epoch, entries });
    for (const event of late) this.assembly.content([event], BYTES);
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    return this.receivers.add(receive);
  }

  override reached(cursor: LogCursor): void {
    this.assembly.reached(cursor);
  }

  stop(): void {
    this.assembly.stop();
  }
}
