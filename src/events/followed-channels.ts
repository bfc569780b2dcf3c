import type { EventNotice } from './event-notice.js';

/** The channels whose events rooms of this instance wait for, each as often as it was added. */
export class FollowedChannels {
  private readonly counts = new Map<number, number>();
  private ofAll = 0;
  private changes = 0;

  /** Takes effect in this tick: the next event that is delivered is held against it. */
  add(channel: number | 'all'): void {
    this.changes += 1;
    if (channel === 'all') this.ofAll += 1;
    else this.counts.set(channel, (this.counts.get(channel) ?? 0) + 1);
  }

  remove(channel: number | 'all'): void {
    this.changes += 1;
    if (channel === 'all') this.ofAll -= 1;
    else if (this.counts.get(channel) === 1) this.counts.delete(channel);
    else this.counts.set(channel, this.counts.get(channel)! - 1);
  }

  /** Another one after each change. */
  get version(): number {
    return this.changes;
  }

  get all(): boolean {
    return this.ofAll > 0;
  }

  get channels(): Iterable<number> {
    return this.counts.keys();
  }

  /** Whether a room is to get the event. A report that leaves its product's price as it is concerns none. */
  has({ eventType, channels }: EventNotice): boolean {
    if (eventType === 'price_recorded') return false;
    if (this.ofAll > 0) return true;
    for (const channel of channels) if (this.counts.has(channel)) return true;
    return false;
  }
}
