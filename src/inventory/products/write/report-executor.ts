import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../../contracts/index.js';
import { type CommittedEvents, EventCommitter } from '../../../events/index.js';
import { type EventMoment } from '../../event-origin.js';
import type { OnLock } from './locked-products.js';
import { eventOfPriceRecorded, eventOfChanges } from './product-events.js';
import type { WriteOutcome } from './product-command.js';
import {
  FIND_REPORTED_PRICES,
  REPORT_PRICES,
  REPORT_PRICES_WITH_POSITIONS,
  type Reported,
  type ReportedRow,
  reportedOf,
  reportPricesValues,
} from './report-prices.sql.js';
import type { ReportUpdate } from './report-update.js';

/** Takes reports of products that are there in one round trip. */
@Injectable()
export class ReportExecutor {
  constructor(private readonly committer: EventCommitter) {}

  /**
   * Gives the writes their outcomes but for those whose product wasn't found, or was changed concurrently, reports that
   * say nothing new, and what was not done when the connection was lost: they are to be done in the general way.
   *
   * @throws whatever PostgreSQL refuses; then none of them is done
   */
  async execute(
    updates: readonly ReportUpdate[],
    outcomes: (WriteOutcome | undefined)[],
    onLock: OnLock,
    moment: EventMoment,
  ): Promise<void> {
    const { done } = await this.committer.commit<ReportedRow, CommittedReports>({
      sql: {
        append: REPORT_PRICES,
        // What waits on the leader's connection keeps all others waiting.
        ...(onLock !== 'held back' && { appendWithPositions: REPORT_PRICES_WITH_POSITIONS }),
      },
      values: reportPricesValues(updates, moment),
      eventIds: updates.map(({ eventId }) => eventId),
      resultOf: (rows) => committedReports(updates, rows, moment),
      impatient: onLock !== 'wait',
      recovery: { statement: FIND_REPORTED_PRICES, values: [] },
    });
    for (const { index, outcome } of done) outcomes[index] = outcome;
  }
}

interface CommittedReports extends CommittedEvents {
  done: { index: number; outcome: WriteOutcome }[];
}

function committedReports(
  updates: readonly ReportUpdate[],
  rows: readonly ReportedRow[],
  moment: EventMoment,
): CommittedReports {
  const byEvent = new Map(updates.map((update) => [update.eventId, update]));
  const events: NewInventoryEvent[] = [];
  const done = rows.map((row) => {
    const { index, write } = byEvent.get(row.eventId)!;
    const reported = reportedOf(row);
    const { product, changes, observation } = reported;
    const context = { ...moment, origin: write.origin, observation, eventIdOf: () => row.eventId };
    events.push(
      row.isPrice
        ? eventOfChanges('price_changed', product, changes, context)
        : eventOfPriceRecorded(product, changes, observation, context),
    );
    return { index, outcome: outcomeOf(row, reported) };
  });
  return { done, events };
}

function outcomeOf({ isPrice, isNewest }: ReportedRow, { product, observation }: Reported): WriteOutcome {
  const unpriced = observation.revision > 1 ? 'revised' : isNewest ? 'confirmed' : 'recorded';
  const suspicious = observation.flags.includes('suspicious');
  return { status: isPrice ? 'updated' : unpriced, product, ...(suspicious && { suspicious }) };
}
