import { Injectable } from '@nestjs/common';
import { EventCommitter } from '../../../events/index.js';
import { currentTransaction, isLockTimeout, SqlClient } from '../../../database/index.js';
import { inSlices, UnavailableError } from '../../../infra/index.js';
import { EventOrigin } from '../../event-origin.js';
import { DuplicateSkuError } from '../product.errors.js';
import { COMMIT_DRAFTS, COMMIT_REPORTS, commitValues, lexemesOfDrafts, statementsOf } from './commit-drafts.sql.js';
import { isReportConflict, isRowFault, isTransient, isUniqueViolation } from './database-conflicts.js';
import { type Decision, decide } from './decide.js';
import { LOCK_WAIT, LockedProducts, type OnLock } from './locked-products.js';
import { priceStockUpdates } from './price-stock-update.js';
import { PriceStockExecutor } from './price-stock-executor.js';
import { keyOf, type ProductCommand, type ProductWrite, type WriteOutcome } from './product-command.js';
import { ReportExecutor } from './report-executor.js';
import { reportUpdates } from './report-update.js';
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

/** Gives outcomes to those writes that it could do, at their places among all of them. */
type InOneStatement = (outcomes: (WriteOutcome | undefined)[], onLock: OnLock) => Promise<void>;

interface Batch {
  writes: readonly ProductWrite[];
  /** In the order of the writes; undefined is open. */
  outcomes: (WriteOutcome | undefined)[];
  onLock: OnLock;
}

/**
 * Runs a batch of writes: read, decide in memory, commit in one statement, invalidate, wake the relay. Two round trips,
 * and one if nothing but prices and availabilities is to change, or all are price reports; if a race is lost, once more
 * for the products that lost it.
 */
@Injectable()
export class BatchExecutor {
  constructor(
    private readonly loader: WorkingSetLoader,
    private readonly sql: SqlClient,
    private readonly committer: EventCommitter,
    private readonly priceStock: PriceStockExecutor,
    private readonly reports: ReportExecutor,
    private readonly origin: EventOrigin,
    private readonly locked: LockedProducts,
  ) {}

  /**
   * One outcome per write, in order, but for those whose product another session keeps locked; writes to one product
   * take effect in order. Each write commits wholly or not at all. Throws only if PostgreSQL fails; then any of the
   * batch may or may not have been done.
   */
  execute(writes: readonly ProductWrite[]): Promise<(WriteOutcome | undefined)[]> {
    return this.run(writes, 'hold back');
  }

  executeHeldBack(writes: readonly ProductWrite[]): Promise<(WriteOutcome | undefined)[]> {
    return this.run(writes, 'held back');
  }

  /** The same in a transaction of the caller, and all of them: it waits for what is locked. */
  async executePatiently(writes: readonly ProductWrite[]): Promise<WriteOutcome[]> {
    return (await this.run(writes, 'wait')) as WriteOutcome[];
  }

  private async run(writes: readonly ProductWrite[], onLock: OnLock): Promise<(WriteOutcome | undefined)[]> {
    const batch: Batch = { writes, outcomes: new Array<WriteOutcome | undefined>(writes.length), onLock };
    const began = performance.now();
    let open = writes.map((_write, index) => index);
    if (onLock === 'hold back' && this.locked.suspected) open = await this.withoutLocked(batch, open);
    let isFirst = true;
    for (let round = 0; open.length > 0; round += 1) {
      if (round === MAX_ROUNDS) throw new WriteContentionError();
      try {
        open = await this.round(batch, open, isFirst);
        isFirst = false;
      } catch (error) {
        const isImpatient = onLock !== 'wait' && performance.now() - began < LOCK_WAIT;
        if (!isImpatient || !isLockTimeout(error)) throw error;
        open = await this.aroundLock(batch, stillOpen(batch, open));
      }
    }
    return batch.outcomes;
  }

  /** @returns the writes that go into the next round, because they lost a race or had to wait */
  private async round(batch: Batch, open: number[], isFirst: boolean): Promise<number[]> {
    const { writes, outcomes, onLock } = batch;
    const atOnce = isFirst && this.inOneStatement(open.map((index) => writes[index]!));
    try {
      if (!atOnce) return await this.change(batch, open);
      const sparse: (WriteOutcome | undefined)[] = [];
      await atOnce(sparse, onLock);
      sparse.forEach((outcome, place) => (outcomes[open[place]!] = outcome));
      return stillOpen(batch, open);
    } catch (error) {
      // One row of it was refused, or another writer has reported the same day: `change` finds out which.
      if (atOnce && isRowFault(error)) return open;
      if (!isTransient(error)) throw error;
      // What a transaction has locked before is part of the knot; only its end unties it.
      if (currentTransaction()) throw new WriteContentionError({ cause: error });
      return stillOpen(batch, open);
    }
  }

  /** How the writes are done without reading what is stored; undefined if they are of more than one kind. */
  private inOneStatement(writes: readonly ProductWrite[]): InOneStatement | undefined {
    const updates = priceStockUpdates(writes);
    if (updates) return (outcomes, onLock) => this.priceStock.execute(updates, outcomes, onLock);
    const moment = this.origin.now();
    const reports = reportUpdates(writes, moment.marketDay);
    return reports && ((outcomes, onLock) => this.reports.execute(reports, outcomes, onLock, moment));
  }

  /**
   * A statement has met a lock, and done nothing. Its other writes go on without the locked product's.
   *
   * @returns the writes that go into the next round
   */
  private async aroundLock(batch: Batch, open: number[]): Promise<number[]> {
    const { writes, onLock } = batch;
    const free = await this.withoutLocked(batch, open);
    if (free.length < open.length) return free;
    // It is gone, or not a row's: of a sku that another transaction is about to take, or of a table.
    if (onLock === 'hold back') {
      const others = open.filter((index) => !mayTakeSku(writes[index]!.command));
      return others.length < open.length ? others : open;
    }
    return open.length > 1 ? this.oneByOne(batch, open) : [];
  }

  private async withoutLocked({ writes, onLock }: Batch, open: number[]): Promise<number[]> {
    const locked = await this.locked.among(
      open.map((index) => writes[index]!.command),
      onLock,
    );
    return open.filter((index) => !locked.has(writes[index]!.command));
  }

  private async change(batch: Batch, open: number[]): Promise<number[]> {
    const { writes, outcomes, onLock } = batch;
    const set = await this.loader.load(open.map((index) => writes[index]!.command));
    const context = this.origin.now();
    const decisions: Decision[] = [];
    await inSlices(open, (index) => {
      const { command, origin, owner } = writes[index]!;
      decisions.push(decide(command, set, { ...context, origin }, owner));
    });
    const committed = new Set<string>();
    try {
      for (const drafts of statementsOf(set.changed())) {
        for (const id of await this.commit(drafts, onLock)) committed.add(id);
      }
      resolveOutcomes(open, decisions, committed, outcomes);
      return stillOpen(batch, open);
    } catch (error) {
      // The statements before it stand.
      if (committed.size > 0) {
        resolveOutcomes(open, decisions, committed, outcomes);
        if (isReportConflict(error) || isRowFault(error)) return stillOpen(batch, open);
        throw error;
      }
      // Another writer has reported the same day meanwhile: to be compared with its report.
      if (isReportConflict(error)) return open;
      if (!isRowFault(error)) throw error;
      if (open.length > 1) return await this.oneByOne(batch, open);
      outcomes[open[0]!] = refusal(error, decisions[0]!);
      return [];
    }
  }

  private async commit(drafts: readonly Draft[], onLock: OnLock): Promise<ReadonlySet<string>> {
    const lexemes = await lexemesOfDrafts(drafts);
    const { committed } = await this.committer.commit<{ id: string }, Committed>({
      sql: { append: drafts.some(hasReport) ? COMMIT_REPORTS : COMMIT_DRAFTS },
      values: commitValues(drafts, lexemes),
      eventIds: drafts.flatMap(({ events }) => events.map(({ eventId }) => eventId)),
      resultOf: (rows) => {
        const committed = new Set(rows.map(({ id }) => id));
        return { committed, events: eventsOf(drafts, committed) };
      },
      impatient: onLock !== 'wait',
    });
    this.sql.rowsInserted(drafts.filter(({ stored, id }) => stored === null && committed.has(id)).length);
    return committed;
  }

  /** A row that is refused, or locked, must not take its neighbours with it: finds out which one it was. */
  private async oneByOne({ writes, outcomes, onLock }: Batch, open: number[]): Promise<number[]> {
    const locked = new Set<string>();
    for (const index of open) {
      const write = writes[index]!;
      const key = keyOf(write.command);
      if (!locked.has(key)) [outcomes[index]] = await this.run([write], onLock);
      if (!outcomes[index]) locked.add(key);
    }
    return [];
  }
}

const stillOpen = ({ outcomes }: Batch, open: readonly number[]): number[] => open.filter((index) => !outcomes[index]);

/** It may wait for a transaction that is about to take the same one, of which nothing can be seen yet. */
function mayTakeSku(command: ProductCommand): boolean {
  return (
    command.kind === 'create' ||
    command.kind === 'upsert' ||
    command.kind === 'report' ||
    ('updates' in command && command.updates.sku !== undefined)
  );
}

const hasReport = ({ events }: Draft): boolean => events.some(({ observation }) => observation !== null);

function refusal(error: unknown, { draft }: Decision): WriteOutcome {
  if (!isUniqueViolation(error) || !draft?.current) throw error;
  return { status: 'rejected', error: new DuplicateSkuError(draft.current.vendorId, draft.current.sku) };
}
