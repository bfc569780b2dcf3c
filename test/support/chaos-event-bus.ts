import { type BusMessage, EventBus } from '../../src/events/bus/event-bus.js';
import { InProcessEventBus } from '../../src/events/bus/in-process-event-bus.js';
import { EventBatch } from '../../src/events/log/event-batch.js';

/** What becomes of one message; `late`: it comes after that many later ones, so it is overtaken. */
export type Fate = 'arrives' | 'lost' | 'twice' | { late: number };

/**
 * A real bus that treats its messages as it is told, one fate per message in turn; `arrives` when the list is used up.
 * No timer and no chance in it: one list of fates always does the same.
 */
export class ChaosEventBus extends EventBus {
  connected = true;
  private readonly bus = new InProcessEventBus();
  private readonly fates: Fate[];
  private held: { message: BusMessage; after: number }[] = [];

  constructor(fates: readonly Fate[] = []) {
    super();
    this.fates = [...fates];
  }

  async publish(message: BusMessage): Promise<void> {
    const fate = this.fates.shift() ?? 'arrives';
    if (typeof fate === 'object') this.held.push({ message: copyOf(message), after: fate.late });
    else if (fate !== 'lost') {
      // Every receiver across a network gets a copy of its own.
      await this.bus.publish(copyOf(message));
      if (fate === 'twice') await this.bus.publish(copyOf(message));
    }
    await this.releaseOverdue();
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    return this.bus.subscribe(receive);
  }

  private async releaseOverdue(): Promise<void> {
    for (const one of this.held) one.after -= 1;
    const overdue = this.held.filter(({ after }) => after < 0);
    this.held = this.held.filter(({ after }) => after >= 0);
    for (const { message } of overdue) await this.bus.publish(message);
  }
}

function copyOf(message: BusMessage): BusMessage {
  // Notices are what they are: a copy would be of no class.
  if (message.kind === 'notices') return { ...message, entries: [...message.entries] };
  if (message.kind !== 'events') return structuredClone(message);
  return { kind: 'events', batch: EventBatch.of(structuredClone(message.batch.events)) };
}
