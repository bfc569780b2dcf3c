import { Injectable } from '@nestjs/common';
import { EventCommitter } from '../../../events/index.js';
import {
  UPDATE_PRICE_STOCK,
  UPDATE_PRICE_STOCK_WITH_POSITIONS,
  foundProduct,
  type PriceStockRow,
  priceStockValues,
  orderedEventIds,
} from './update-price-stock.sql.js';
import { type Decision, decide } from './decide.js';
import { EventOrigin } from './event-origin.js';
import type { PriceStockUpdate } from './price-stock-update.js';
import type { EventContext } from './product-events.js';
import type { WriteOutcome } from './product-command.js';
import { resolveOutcomes } from './resolve-outcomes.js';
import { type Committed, eventsOf, WorkingSet } from './working-set.js';

/** Runs changes of price and availability in one round trip. */
@Injectable()
export class PriceStockExecutor {
  constructor(
    private readonly committer: EventCommitter,
    private readonly origin: EventOrigin,
  ) {}

  /**
   * Gives the writes their outcomes but for those whose product wasn't found, or was changed concurrently, and upserts
   * whose product is no longer as it was: they are to be done in the general way.
   *
   * @throws whatever PostgreSQL refuses; then none of them is done
   */
  async execute(updates: readonly PriceStockUpdate[], outcomes: WriteOutcome[]): Promise<void> {
    const origin = this.origin.now();
    const { indexes, decisions, committed } = await this.committer.commit<PriceStockRow, CommittedPriceStock>({
      sql: { append: UPDATE_PRICE_STOCK, appendWithPositions: UPDATE_PRICE_STOCK_WITH_POSITIONS },
      values: priceStockValues(updates, origin),
      eventIds: orderedEventIds(updates),
      resultOf: (rows) => committedPriceStock(updates, rows, origin),
      // Done twice it changes nothing more, unless a writer expects a version.
      retryable: updates.every(({ expectedVersion }) => expectedVersion === undefined),
    });
    resolveOutcomes(indexes, decisions, committed, outcomes);
  }
}

interface CommittedPriceStock extends Committed {
  /** Which of the batch's writes the decisions are of. */
  indexes: number[];
  decisions: Decision[];
}

function committedPriceStock(
  updates: readonly PriceStockUpdate[],
  rows: readonly PriceStockRow[],
  { occurredAt, region }: Pick<EventContext, 'occurredAt' | 'region'>,
): CommittedPriceStock {
  const stored = rows.map(foundProduct);
  const set = new WorkingSet(stored, new Set());
  const found = updates.filter((update) => isAsSeen(update, set));
  const decisions = found.map(({ write: { command, correlationId, owner }, eventIds }) =>
    decide(command, set, { occurredAt, region, correlationId, eventIdOf: (type) => eventIds[type]! }, owner),
  );
  const committed = new Set(stored.flatMap(({ id }, row) => (rows[row]!.changed ? [id] : [])));
  return { indexes: found.map(({ index }) => index), decisions, committed, events: eventsOf(set.changed(), committed) };
}

function isAsSeen({ id, write: { command } }: PriceStockUpdate, set: WorkingSet): boolean {
  const draft = set.byId(id);
  if (!draft) return false;
  return command.kind === 'update' || command.seen.version === draft.stored?.version;
}
