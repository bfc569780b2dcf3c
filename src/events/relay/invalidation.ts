import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../contracts/index.js';

/** Brings caches up to date with events; idempotent; must not reject: the change has already happened. */
export type Invalidator = (events: readonly NewInventoryEvent[]) => Promise<void>;

/**
 * Where caches register themselves. Runs after a commit and before its acknowledgement (G1), and again by the relay
 * before it publishes the events, so that nobody is notified of a change whose old pages can still be served.
 */
@Injectable()
export class Invalidation {
  private readonly invalidators: Invalidator[] = [];

  register(invalidator: Invalidator): void {
    this.invalidators.push(invalidator);
  }

  async run(events: readonly NewInventoryEvent[]): Promise<void> {
    await Promise.all(this.invalidators.map((invalidate) => invalidate(events)));
  }
}
