import { Injectable } from '@nestjs/common';
import { EventCommitter } from '../../../events/index.js';
import { type EventMoment, EventOrigin } from '../../event-origin.js';
import {
  FIND_PRICE_STOCK_CHANGES,
  UPDATE_PRICE_STOCK,
  UPDATE_PRICE_STOCK_WITH_POSITIONS,
  foundProduct,
  type PriceStockRow,
  priceStockValues,
  orderedEventIds,
} from './update-price-stock.sql.js';
import { type Decision, decide } from './decide.js';
import type { OnLock } from './locked-products.js';
import type { PriceStockUpdate } from './price-stock-update.js';
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
   * Gives the writes their outcomes but for those whose product wasn't found, or was changed concurrently, upserts
   * whose product is no longer as it was, and what was not done when the connection was lost: they are to be done in
   * the general way.
   *
   * @throws whatever PostgreSQL refuses; then none of them is done
   */
  async execute(
    updates: readonly PriceStockUpdate[],
    outcomes: (WriteOutcome | undefined)[],
    onLock: OnLock,
  ): Promise<void> {
    const moment = this.origin.now();
    const { indexes, decisions, committed } = await this.committer.commit<PriceStockRow, CommittedPriceStock>({
      sql: {
        append: UPDATE_PRICE_STOCK,
        // What waits on the leader's connection keeps all others waiting.
        ...(onLock !== 'held back' && { appendWithPositions: UPDATE_PRICE_STOCK_WITH_POSITIONS }),
      },
      values: priceStockValues(updates, moment),
      eventIds: orderedEventIds(updates),
      resultOf: (rows) => committedPriceStock(updates, rows, moment),
      impatient: onLock !== 'wait',
      recovery: { statement: FIND_PRICE_STOCK_CHANGES, values: [updates.map(({ id }) => id)] },
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
  moment: EventMoment,
): CommittedPriceStock {
  const stored = rows.map(foundProduct);
  const set = new WorkingSet(stored, new Set());
  const found = updates.filter(({ id }) => set.byId(id) !== undefined);
  const decisions = found.map(({ write: { command, origin, owner }, eventIds }) =>
    decide(command, set, { ...moment, origin, eventIdOf: (type) => eventIds[type]! }, owner),
  );
  const committed = new Set(stored.flatMap(({ id }, row) => (rows[row]!.changed ? [id] : [])));
  return { indexes: found.map(({ index }) => index), decisions, committed, events: eventsOf(set.changed(), committed) };
}
