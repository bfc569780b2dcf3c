import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../contracts/index.js';

/** The newest change that this instance has acknowledged, for those who look whether it is seen. */
@Injectable()
export class AcknowledgedChanges {
  private newest: NewInventoryEvent | undefined;

  /** Called for each commit: no more than an assignment. */
  note(events: readonly NewInventoryEvent[]): void {
    this.newest = events.at(-1) ?? this.newest;
  }

  /** Each is given once. */
  take(): NewInventoryEvent | undefined {
    const { newest } = this;
    this.newest = undefined;
    return newest;
  }
}
