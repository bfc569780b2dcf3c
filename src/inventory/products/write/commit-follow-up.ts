import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../../contracts/index.js';
import { CommitSignal, Invalidation, type Settle } from '../../../events/index.js';
import { afterCommit } from '../../../infra/index.js';

/** What follows a commit before the writers are told. */
@Injectable()
export class CommitFollowUp {
  constructor(
    private readonly invalidation: Invalidation,
    private readonly signal: CommitSignal,
  ) {}

  /** Puts cached searches out of date and wakes the relay, which gives the events their positions. */
  async run(committed: readonly NewInventoryEvent[], settle: Settle): Promise<void> {
    if (committed.length === 0) return;
    await afterCommit(async () => {
      const invalidated = await this.invalidation.committed(committed);
      this.signal.committed(invalidated, settle(committed));
    });
  }
}
