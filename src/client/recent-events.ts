import type { InventoryEvent } from './types.js';

const KEPT = 500;

/**
 * What the server has sent over this connection. It sends an event once, for all rooms of a client; a listener that
 * subscribes later with an older position is given from here what came before.
 */
export class RecentEvents {
  private events: InventoryEvent[] = [];
  /** The highest position that isn't kept any more. */
  private forgotten = 0;

  add(event: InventoryEvent): void {
    // The server's log was set back: its positions begin again, and what is kept is of changes that have never been.
    if (this.events.length > 0 && this.events.at(-1)!.epoch !== event.epoch) this.clear();
    this.events.push(event);
    if (this.events.length < 2 * KEPT) return;
    for (const { position } of this.events.splice(0, KEPT)) this.forgotten = Math.max(this.forgotten, position);
  }

  /** Everything received after a position, or `undefined` if some of it isn't kept any more. */
  after(position: number): InventoryEvent[] | undefined {
    if (position < this.forgotten) return undefined;
    return this.events.filter((event) => event.position > position);
  }

  clear(): void {
    this.events = [];
    this.forgotten = 0;
  }
}
