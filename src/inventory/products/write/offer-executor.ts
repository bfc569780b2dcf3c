import { Injectable } from '@nestjs/common';
import { EventCommitter } from '../../../events/index.js';
import {
  CHANGE_OFFERS,
  CHANGE_OFFERS_IN_PLACE,
  foundProduct,
  type OfferRow,
  offerValues,
  orderedEventIds,
} from './change-offers.sql.js';
import { type Decision, decide } from './decide.js';
import { EventOrigin } from './event-origin.js';
import type { OfferChange } from './offer-change.js';
import type { EventContext } from './product-events.js';
import type { WriteOutcome } from './product-command.js';
import { settleOutcomes } from './settle-outcomes.js';
import { type Committed, eventsOf, WorkingSet } from './working-set.js';

/** Runs changes of price and availability in one round trip. */
@Injectable()
export class OfferExecutor {
  constructor(
    private readonly committer: EventCommitter,
    private readonly origin: EventOrigin,
  ) {}

  /**
   * Gives the writes their outcomes but for those whose product wasn't found, or was changed concurrently, and upserts whose
   * product is no longer as it was: they are to be done in the general way.
   *
   * @throws whatever PostgreSQL refuses; then none of them is done
   */
  async execute(offers: readonly OfferChange[], outcomes: WriteOutcome[]): Promise<void> {
    const origin = this.origin.now();
    const { indexes, decisions, committed } = await this.committer.commit<OfferRow, CommittedOffers>({
      sql: { append: CHANGE_OFFERS, appendWithPositions: CHANGE_OFFERS_IN_PLACE },
      values: offerValues(offers, origin),
      eventIds: orderedEventIds(offers),
      resultOf: (rows) => committedOffers(offers, rows, origin),
      // Done twice it changes nothing more, unless a writer expects a version.
      retryable: offers.every(({ expectedVersion }) => expectedVersion === undefined),
    });
    settleOutcomes(indexes, decisions, committed, outcomes);
  }
}

interface CommittedOffers extends Committed {
  /** Which of the batch's writes the decisions are of. */
  indexes: number[];
  decisions: Decision[];
}

function committedOffers(
  offers: readonly OfferChange[],
  rows: readonly OfferRow[],
  { occurredAt, region }: Pick<EventContext, 'occurredAt' | 'region'>,
): CommittedOffers {
  const stored = rows.map(foundProduct);
  const set = new WorkingSet(stored, new Set());
  const found = offers.filter((offer) => isAsSeen(offer, set));
  const decisions = found.map(({ write: { command, correlationId, owner }, eventIds }) =>
    decide(command, set, { occurredAt, region, correlationId, eventIdOf: (type) => eventIds[type]! }, owner),
  );
  const committed = new Set(stored.flatMap(({ id }, row) => (rows[row]!.changed ? [id] : [])));
  return { indexes: found.map(({ index }) => index), decisions, committed, events: eventsOf(set.changed(), committed) };
}

function isAsSeen({ id, write: { command } }: OfferChange, set: WorkingSet): boolean {
  const draft = set.byId(id);
  if (!draft) return false;
  return command.kind === 'update' || command.seen.version === draft.stored?.version;
}
