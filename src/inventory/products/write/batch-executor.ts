import { Injectable } from '@nestjs/common';
import { EventCommitter } from '../../../events/index.js';
import { currentTransaction, SqlClient } from '../../../database/index.js';
import { UnavailableError } from '../../../infra/index.js';
import { DuplicateSkuError } from '../product.errors.js';
import { COMMIT_DRAFTS, commitValues, lexemesOfDrafts } from './commit-drafts.sql.js';
import { isRowFault, isTransient, isUniqueViolation } from './database-conflicts.js';
import { type Decision, decide } from './decide.js';
import { EventOrigin } from './event-origin.js';
import { priceStockUpdates } from './price-stock-update.js';
import { PriceStockExecutor } from './price-stock-executor.js';
import type { ProductWrite, WriteOutcome } from './product-command.js';
import { resolveOutcomes } from './resolve-outcomes.js';
import { WorkingSetLoader } from './working-set.loader.js';
import { type Committed, type Draft, eventsOf } from './working-set.js';

/** Rounds a write may lose to other instances before it is refused; in each round another instance wins. */
const MAX_ROUNDS = 100;

export class WriteContentionError extends UnavailableError {
  override readonly code = 'write_contention';

  constructor(options?: ErrorOptions) {
    super('Too many others change the same product at the same time', options);
  }
}

/**
 * Runs a batch of writes: read, decide in memory, commit in one statement, invalidate, wake the relay. Two round trips,
 * and one if nothing but prices and availabilities is to change; if a race is lost, once more for the products that
 * lost it.
 */
@Injectable()
export class BatchExecutor {
  constructor(
    private readonly loader: WorkingSetLoader,
    private readonly sql: SqlClient,
    private readonly committer: EventCommitter,
    private readonly priceStock: PriceStockExecutor,
    private readonly origin: EventOrigin,
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
      open = await this.round(writes, open, outcomes, round === 0);
    }
    return outcomes;
  }

  /** @returns the writes that go into the next round, because they lost a race or had to wait */
  private async round(
    writes: readonly ProductWrite[],
    open: number[],
    outcomes: WriteOutcome[],
    isFirst: boolean,
  ): Promise<number[]> {
    const updates = isFirst ? priceStockUpdates(writes) : undefined;
    try {
      if (!updates) return await this.change(writes, open, outcomes);
      await this.priceStock.execute(updates, outcomes);
      return open.filter((index) => !outcomes[index]);
    } catch (error) {
      // One row of it was refused: `change` finds out which.
      if (updates && isRowFault(error)) return open;
      if (!isTransient(error)) throw error;
      // What a transaction has locked before is part of the knot; only its end unties it.
      if (currentTransaction()) throw new WriteContentionError({ cause: error });
      return open;
    }
  }

  private async change(writes: readonly ProductWrite[], open: number[], outcomes: WriteOutcome[]): Promise<number[]> {
    const set = await this.loader.load(open.map((index) => writes[index]!.command));
    const context = this.origin.now();
    const decisions = open.map((index) => {
      const { command, correlationId, owner } = writes[index]!;
      return decide(command, set, { ...context, correlationId }, owner);
    });
    try {
      const committed = await this.commit(set.changed());
      resolveOutcomes(open, decisions, committed, outcomes);
      return open.filter((index) => !outcomes[index]);
    } catch (error) {
      if (!isRowFault(error)) throw error;
      if (open.length > 1) return await this.oneByOne(writes, open, outcomes);
      outcomes[open[0]!] = refusal(error, decisions[0]!);
      return [];
    }
  }

  private async commit(drafts: readonly Draft[]): Promise<ReadonlySet<string>> {
    if (drafts.length === 0) return new Set();
    const lexemes = await lexemesOfDrafts(drafts);
    const { committed } = await this.committer.commit<{ id: string }, Committed>({
      sql: { append: COMMIT_DRAFTS },
      values: commitValues(drafts, lexemes),
      eventIds: drafts.flatMap(({ events }) => events.map(({ eventId }) => eventId)),
      resultOf: (rows) => {
        const committed = new Set(rows.map(({ id }) => id));
        return { committed, events: eventsOf(drafts, committed) };
      },
      retryable: false,
    });
    this.sql.rowsInserted(drafts.filter(({ stored, id }) => stored === null && committed.has(id)).length);
    return committed;
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
