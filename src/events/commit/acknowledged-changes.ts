import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../contracts/index.js';

export interface AcknowledgedChange {
  event: NewInventoryEvent;
  /** Of `performance.now()`: its writer has had, or is about to have, the answer. */
  at: number;
}

/** The newest change that this instance has acknowledged, for those who look whether it is seen. */
@Injectable()
export class AcknowledgedChanges {
  private newest: AcknowledgedChange | undefined;

  /** Called for each commit: no more than an assignment. */
  note(events: readonly NewInventoryEvent[]): void {
    const event = events.at(-1);
    if (event) this.newest = { event, at: performance.now() };
  }

  /** Each is given once. */
  take(): AcknowledgedChange | undefined {
    const { newest } = this;
    this.newest = undefined;
    return newest;
  }
}
