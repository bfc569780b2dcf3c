import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { CommitSignal, Invalidation, OwnEvents, type Settle } from '../../../events/index.js';
import {
  afterCommit,
  Clock,
  currentTransaction,
  savepoint,
  SqlClient,
  UnavailableError,
} from '../../../infra/index.js';
import { DuplicateSkuError } from '../product.errors.js';
import { CHANGE_OFFERS, type OfferRow, offerValues, foundProduct } from './change-offers.sql.js';
import { COMMIT_DRAFTS, commitValues } from './commit-drafts.sql.js';
import { isRowFault, isTransient, isUniqueViolation } from './database-conflicts.js';
import { type Decision, decide } from './decide.js';
import { type OfferChange, offerChanges } from './offer-change.js';
import type { LocatedUpsert, ProductWrite, WriteOutcome } from './product-command.js';
import type { EventContext } from './product-events.js';
import { WorkingSetLoader } from './working-set.loader.js';
import { type Draft, WorkingSet } from './working-set.js';

/** Rounds a write may lose to other instances before it is refused; each round somebody else wins. */
const MAX_ROUNDS = 100;

export class WriteContentionError extends UnavailableError {
  override readonly code = 'write_contention';

  constructor(options?: ErrorOptions) {
    super('Too many others change the same product at the same time', options);
  }
}

/**
 * Runs a batch of writes: read, decide in memory, commit in one statement, invalidate, wake the relay. Two round trips,
 * and one if nothing but prices and availabilities is to change; if a race is lost, once more for the products that lost it.
 */
@Injectable()
export class BatchExecutor {
  constructor(
    private readonly loader: WorkingSetLoader,
    private readonly sql: SqlClient,
    private readonly invalidation: Invalidation,
    private readonly own: OwnEvents,
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
    try {
      const offers = isFirst ? offerChanges(writes) : undefined;
      return await (offers ? this.changeOffers(offers, writes, open, outcomes) : this.change(writes, open, outcomes));
    } catch (error) {
      if (!isTransient(error)) throw error;
      // What a transaction has locked before is part of the knot; only its end unties it.
      if (currentTransaction()) throw new WriteContentionError({ cause: error });
      return open;
    }
  }

  private async change(writes: readonly ProductWrite[], open: number[], outcomes: WriteOutcome[]): Promise<number[]> {
    const set = await this.loader.load(open.map((index) => writes[index]!.command));
    const context = this.context();
    const decisions = open.map((index) => {
      const { command, correlationId, owner } = writes[index]!;
      return decide(command, set, { ...context, correlationId }, owner);
    });
    try {
      const committed = await this.commit(set.changed());
      settleOutcomes(open, decisions, committed, outcomes);
      return open.filter((index) => !outcomes[index]);
    } catch (error) {
      if (!isRowFault(error)) throw error;
      if (open.length > 1) return await this.oneByOne(writes, open, outcomes);
      outcomes[open[0]!] = refusal(error, decisions[0]!);
      return [];
    }
  }

  /**
   * The same in one round trip. Further changes of the same products are left for the next round, and so are upserts
   * whose product is no longer as it was.
   */
  private async changeOffers(
    offers: OfferChange[],
    writes: readonly ProductWrite[],
    open: number[],
    outcomes: WriteOutcome[],
  ): Promise<number[]> {
    const eventIds = offers.flatMap((offer) => Object.values(offer.eventIds));
    return this.own.during(eventIds, async (settle) => {
      const context = this.context();
      const values = offerValues(offers, context);
      let rows: OfferRow[];
      try {
        rows = await savepoint(() => this.sql.query<OfferRow>(CHANGE_OFFERS, values));
      } catch (error) {
        if (isRowFault(error)) return this.change(writes, open, outcomes);
        throw error;
      }
      const stored = rows.map(foundProduct);
      const set = new WorkingSet(stored, new Set());
      const found = offers.filter(({ write: { command } }) => command.kind === 'update' || isAsSeen(command, set));
      const decisions = found.map(({ write: { command, correlationId, owner }, eventIds }) =>
        decide(command, set, { ...context, correlationId, eventIdOf: (type) => eventIds[type]! }, owner),
      );
      const committed = new Set(stored.flatMap(({ id }, row) => (rows[row]!.changed ? [id] : [])));
      await this.announce(set.changed(), committed, settle);
      const tried = found.map(({ index }) => index);
      settleOutcomes(tried, decisions, committed, outcomes);
      return open.filter((index) => !outcomes[index]);
    });
  }

  private context(): Pick<EventContext, 'region' | 'occurredAt'> {
    return { region: this.config.region, occurredAt: new Date(this.clock.now()).toISOString() };
  }

  private async commit(drafts: readonly Draft[]): Promise<Set<string>> {
    if (drafts.length === 0) return new Set();
    const eventIds = drafts.flatMap(({ events }) => events.map(({ eventId }) => eventId));
    return this.own.during(eventIds, async (settle) => {
      const rows = await savepoint(() => this.sql.query<{ id: string }>(COMMIT_DRAFTS, commitValues(drafts)));
      const committed = new Set(rows.map(({ id }) => id));
      this.sql.grown(drafts.filter(({ stored, id }) => stored === null && committed.has(id)).length);
      await this.announce(drafts, committed, settle);
      return committed;
    });
  }

  /** Invalidates before the writers are told, and wakes the relay. */
  private async announce(drafts: readonly Draft[], committed: ReadonlySet<string>, settle: Settle): Promise<void> {
    if (committed.size === 0) return;
    const events = drafts.filter(({ id }) => committed.has(id)).flatMap((draft) => draft.events);
    await afterCommit(async () => {
      const invalidated = await this.invalidation.committed(events);
      this.signal.committed(invalidated, settle(events));
    });
  }

  /** A refused row must not take its neighbours with it: finds out which one it was. */
  private async oneByOne(writes: readonly ProductWrite[], open: number[], outcomes: WriteOutcome[]): Promise<number[]> {
    for (const index of open) [outcomes[index]] = (await this.execute([writes[index]!])) as [WriteOutcome];
    return [];
  }
}

function isAsSeen({ seen }: LocatedUpsert, set: WorkingSet): boolean {
  return set.byId(seen.id)?.stored?.version === seen.version;
}

function refusal(error: unknown, { draft }: Decision): WriteOutcome {
  if (!isUniqueViolation(error) || !draft?.current) throw error;
  return { status: 'rejected', error: new DuplicateSkuError(draft.current.vendorId, draft.current.sku) };
}

/** Gives the writes their outcomes, but for those that lost a race: what rests on a state that has passed is void, even "unchanged". */
function settleOutcomes(
  indexes: readonly number[],
  decisions: readonly Decision[],
  committed: ReadonlySet<string>,
  outcomes: WriteOutcome[],
): void {
  indexes.forEach((index, place) => {
    const { outcome, draft } = decisions[place]!;
    const lost = draft !== undefined && draft.events.length > 0 && !committed.has(draft.id);
    if (!lost) outcomes[index] = outcome;
  });
}
