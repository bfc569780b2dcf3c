import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../contracts/index.js';

export interface AcknowledgedChange {
  event: NewInventoryEvent;
  /** Of `performance.now()`. */
  at: number;
}

/** The newest change that this instance has acknowledged, for those who look whether it is seen. */
@Injectable()
export class AcknowledgedChanges {
  private newest: NewInventoryEvent | undefined;
  private at = 0;

  /** Called for each commit: no more than two assignments. */
  note(events: readonly NewInventoryEvent[]): void {
    this.newest = events.at(-1) ?? this.newest;
    this.at = performance.now();
  }

  /** Each is given once. */
  take(): AcknowledgedChange | undefined {
    const { newest, at } = this;
    this.newest = undefined;
    return newest && { event: newest, at };
  }
}
