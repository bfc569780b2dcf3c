import type { InventoryEvent } from '../../src/contracts/index.js';
import type { EventBatch } from '../../src/events/log/event-batch.js';
import { EventLog } from '../../src/events/log/event-log.js';

/** The real log, whose reads a test can hold back after PostgreSQL has answered, or make fail. */
export class GatedLog extends EventLog {
  /** Reads begun, those under way, and those of them that are held back. */
  reads = 0;
  held = 0;
  broken = false;
  private underWay = 0;
  private gate: Promise<void> | undefined;
  private open: () => void = () => undefined;

  get reading(): boolean {
    return this.underWay > 0;
  }

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.gate = undefined;
    this.open();
  }

  override read(...args: Parameters<EventLog['read']>): Promise<InventoryEvent[]> {
    return this.gated(() => super.read(...args));
  }

  override readBatch(...args: Parameters<EventLog['readBatch']>): Promise<EventBatch> {
    return this.gated(() => super.readBatch(...args));
  }

  private async gated<Result>(read: () => Promise<Result>): Promise<Result> {
    this.reads += 1;
    this.underWay += 1;
    try {
      if (this.broken) throw new Error('the log is out of reach');
      const result = await read();
      this.held += 1;
      await this.gate;
      this.held -= 1;
      return result;
    } finally {
      this.underWay -= 1;
    }
  }
}
