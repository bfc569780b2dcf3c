import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { CommitSignal, Invalidation } from '../../../events/index.js';
import {
  afterCommit,
  Clock,
  currentTransaction,
  savepoint,
  SqlClient,
  UnavailableError,
} from '../../../infra/index.js';
import { DuplicateSkuError } from '../product.errors.js';
import { COMMIT_DRAFTS, commitValues } from './commit-drafts.sql.js';
import { isRowFault, isTransient, isUniqueViolation } from './database-conflicts.js';
import { type Decision, decide } from './decide.js';
import type { ProductWrite, WriteOutcome } from './product-command.js';
import { WorkingSetLoader } from './working-set.loader.js';
import type { Draft } from './working-set.js';

/** Rounds a write may lose to other instances before it is refused; each round somebody else wins. */
const MAX_ROUNDS = 100;

export class WriteContentionError extends UnavailableError {
  override readonly code = 'write_contention';

  constructor(options?: ErrorOptions) {
    super('Too many others change the same product at the same time', options);
  }
}

/**
 * Runs a batch of writes: read, decide in memory, commit in one statement, invalidate, wake the relay. Two round trips
 * unless a race is lost; then only the products that lost it are read again.
 */
@Injectable()
export class BatchExecutor {
  constructor(
    private readonly loader: WorkingSetLoader,
    private readonly sql: SqlClient,
    private readonly invalidation: Invalidation,
    private readonly signal: CommitSignal,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * One outcome per write, in order; writes to one product take effect in order. Each write commits wholly or not at
   * all. Throws only if PostgreSQL fails; then any of the batch may or may not have been done.
   */
  async execute(writes: readonly ProductWrite[]): Promise<WriteOutcome[]> {
    const outcomes = new Array<WriteOutcome>(writes.length);
    let open = writes.map((_write, index) => index);
    for (let round = 0; open.length > 0; round += 1) {
      if (round === MAX_ROUNDS) throw new WriteContentionError();
      open = await this.round(writes, open, outcomes);
    }
    return outcomes;
  }

  /** @returns the writes that lost a race and go into the next round */
  private async round(writes: readonly ProductWrite[], open: number[], outcomes: WriteOutcome[]): Promise<number[]> {
    const set = await this.loader.load(open.map((index) => writes[index]!.command));
    const occurredAt = new Date(this.clock.now()).toISOString();
    const decisions = open.map((index) => {
      const { command, correlationId, owner } = writes[index]!;
      return decide(command, set, { correlationId, region: this.config.region, occurredAt }, owner);
    });
    const drafts = set.changed();
    try {
      const committed = await this.commit(drafts);
      return this.settle(open, decisions, committed, outcomes);
    } catch (error) {
      if (isTransient(error) && !currentTransaction()) return open;
      // What the transaction has locked before is part of the knot; only its end unties it.
      if (isTransient(error)) throw new WriteContentionError({ cause: error });
      if (!isRowFault(error)) throw error;
      if (open.length > 1) return await this.oneByOne(writes, open, outcomes);
      outcomes[open[0]!] = refusal(error, decisions[0]!);
      return [];
    }
  }

  private async commit(drafts: readonly Draft[]): Promise<Set<string>> {
    if (drafts.length === 0) return new Set();
    const rows = await savepoint(() => this.sql.query<{ id: string }>(COMMIT_DRAFTS, commitValues(drafts)));
    const committed = new Set(rows.map(({ id }) => id));
    if (committed.size > 0) {
      const events = drafts.filter(({ id }) => committed.has(id)).flatMap((draft) => draft.events);
      await afterCommit(async () => this.signal.committed(await this.invalidation.committed(events)));
    }
    return committed;
  }

  private settle(open: number[], decisions: Decision[], committed: Set<string>, outcomes: WriteOutcome[]): number[] {
    return open.filter((index, place) => {
      const { outcome, draft } = decisions[place]!;
      // A decision that rests on a state which lost its race, even "unchanged", is void.
      const lost = draft !== undefined && draft.events.length > 0 && !committed.has(draft.id);
      if (!lost) outcomes[index] = outcome;
      return lost;
    });
  }

  /** A refused row must not take its neighbours with it: finds out which one it was. */
  private async oneByOne(writes: readonly ProductWrite[], open: number[], outcomes: WriteOutcome[]): Promise<number[]> {
    for (const index of open) [outcomes[index]] = (await this.execute([writes[index]!])) as [WriteOutcome];
    return [];
  }
}

function refusal(error: unknown, { draft }: Decision): WriteOutcome {
  if (!isUniqueViolation(error) || !draft?.current) throw error;
  return { status: 'rejected', error: new DuplicateSkuError(draft.current.vendorId, draft.current.sku) };
}
