import { Injectable } from '@nestjs/common';
import type { FieldChange, NewInventoryEvent, Product, ProductEventType } from '../../../contracts/index.js';
import { type CommittedEvents, EventCommitter } from '../../../events/index.js';
import { type EventMoment, EventOrigin } from '../../event-origin.js';
import {
  FIND_PRICE_STOCK_CHANGES,
  UPDATE_PRICE_STOCK,
  UPDATE_PRICE_STOCK_WITH_POSITIONS,
  type PriceStockRow,
  priceStockValues,
  orderedEventIds,
} from './update-price-stock.sql.js';
import { decide } from './decide.js';
import type { OnLock } from './locked-products.js';
import type { PriceStockUpdate } from './price-stock-update.js';
import type { WriteOutcome } from './product-command.js';
import { type EventContext, eventOfChanges } from './product-events.js';
import { WorkingSet } from './working-set.js';

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
    const { done } = await this.committer.commit<PriceStockRow, CommittedPriceStock>({
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
    for (const { index, outcome } of done) outcomes[index] = outcome;
  }
}

interface CommittedPriceStock extends CommittedEvents {
  /** By which of the batch's writes they are of. */
  done: { index: number; outcome: WriteOutcome }[];
}

interface Found {
  product: Product;
  row: PriceStockRow;
}

/** What has changed is as the statement says, which has it in the log; of what hasn't `decide` says why. */
function committedPriceStock(
  updates: readonly PriceStockUpdate[],
  rows: readonly PriceStockRow[],
  moment: EventMoment,
): CommittedPriceStock {
  const changed = new Map<string, Found>();
  const others: Product[] = [];
  for (const row of rows) {
    const product = JSON.parse(row.product) as Product;
    if (row.priceChanges === null && row.stockChanges === null) others.push(product);
    else changed.set(product.id, { product, row });
  }
  const set = new WorkingSet(others, new Set());
  const done: CommittedPriceStock['done'] = [];
  const events: NewInventoryEvent[] = [];
  for (const { index, id, write, eventIds } of updates) {
    const context = { ...moment, origin: write.origin, eventIdOf: (type: ProductEventType) => eventIds[type]! };
    const found = changed.get(id);
    if (found) {
      events.push(...eventsOf(found, context));
      done.push({ index, outcome: { status: 'updated', product: found.product } });
    } else if (set.byId(id)) {
      const { outcome, draft } = decide(write.command, set, context, write.owner);
      // To change something after all is for the general way.
      if (!draft || draft.events.length === 0) done.push({ index, outcome });
    }
  }
  return { done, events };
}

/** In the order in which the statement appends them. */
function eventsOf({ product, row: { priceChanges, stockChanges } }: Found, context: EventContext): NewInventoryEvent[] {
  const events: NewInventoryEvent[] = [];
  const add = (type: ProductEventType, changes: string): void => {
    events.push(eventOfChanges(type, product, JSON.parse(changes) as FieldChange[], context));
  };
  if (priceChanges !== null) add('price_changed', priceChanges);
  if (stockChanges !== null) add('availability_changed', stockChanges);
  return events;
}
