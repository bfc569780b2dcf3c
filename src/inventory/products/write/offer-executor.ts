import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../../contracts/index.js';
import { Invalidation, OwnEvents, PositionedAppend } from '../../../events/index.js';
import { isDatabaseUnavailable, savepoint, SqlClient } from '../../../infra/index.js';
import {
  CHANGE_OFFERS,
  CHANGE_OFFERS_IN_PLACE,
  foundProduct,
  type OfferRow,
  offerValues,
  orderedEventIds,
} from './change-offers.sql.js';
import { CommitFollowUp } from './commit-follow-up.js';
import { decide } from './decide.js';
import { EventOrigin } from './event-origin.js';
import type { OfferChange } from './offer-change.js';
import type { WriteOutcome } from './product-command.js';
import { settleOutcomes } from './settle-outcomes.js';
import { eventsOf, WorkingSet } from './working-set.js';

/** Milliseconds; a PostgreSQL that takes longer hangs, and nobody is to wait for it twice. */
const REPEATED_WITHIN = 1_000;

/** Runs changes of price and availability in one round trip, and where this instance leads gives the events their positions in the same one. */
@Injectable()
export class OfferExecutor {
  constructor(
    private readonly sql: SqlClient,
    private readonly positioned: PositionedAppend,
    private readonly own: OwnEvents,
    private readonly commits: CommitFollowUp,
    private readonly invalidation: Invalidation,
    private readonly origin: EventOrigin,
  ) {}

  /**
   * Gives the writes their outcomes but for those whose product wasn't found, or has been changed by somebody else
   * meanwhile, and upserts whose product is no longer as it was: they are to be done in the general way.
   *
   * Throws if PostgreSQL fails, or has refused one of the rows; then none of them is done.
   */
  async execute(offers: readonly OfferChange[], outcomes: WriteOutcome[]): Promise<void> {
    const eventIds = orderedEventIds(offers);
    await this.own.during(eventIds, async (settle) => {
      const origin = this.origin.now();
      const values = offerValues(offers, origin);
      const began = performance.now();
      const sent = await this.positioned.send<OfferRow>(CHANGE_OFFERS_IN_PLACE, values, offers.length);
      let unsure = false;
      const lost = (error: unknown): null => {
        if (!mayBeRepeated(offers, error, performance.now() - began)) throw error;
        unsure = true;
        return null;
      };
      try {
        const rows = (await sent?.rows().catch(lost)) ?? (await this.send(values));
        const stored = rows.map(foundProduct);
        const set = new WorkingSet(stored, new Set());
        const found = offers.filter((offer) => isAsSeen(offer, set));
        const { occurredAt, region } = origin;
        const decisions = found.map(({ write: { command, correlationId, owner }, eventIds }) =>
          decide(command, set, { occurredAt, region, correlationId, eventIdOf: (type) => eventIds[type]! }, owner),
        );
        const committed = new Set(stored.flatMap(({ id }, row) => (rows[row]!.changed ? [id] : [])));
        const events = eventsOf(set.changed(), committed);
        const after = rows[0]?.after ?? null;
        if (sent && after !== null) await sent.settle(Number(after), inOrder(events, eventIds));
        else {
          sent?.end();
          await this.commits.run(events, settle);
          // What it may have done before it was lost is among what is acknowledged now.
          if (unsure) await this.invalidation.clear();
        }
        const indexes = found.map(({ index }) => index);
        settleOutcomes(indexes, decisions, committed, outcomes);
      } finally {
        sent?.end();
      }
    });
  }

  private send(values: unknown[]): Promise<OfferRow[]> {
    return savepoint(() => this.sql.query<OfferRow>(CHANGE_OFFERS, values));
  }
}

/**
 * A leader's connection that is lost, and its leadership with it, says nothing about PostgreSQL. Whether the statement was done isn't
 * known, but done twice it changes nothing more, unless a writer expects a version.
 */
function mayBeRepeated(offers: readonly OfferChange[], error: unknown, afterMs: number): boolean {
  return (
    afterMs < REPEATED_WITHIN &&
    isDatabaseUnavailable(error) &&
    offers.every(({ expectedVersion }) => expectedVersion === undefined)
  );
}

function isAsSeen({ id, write: { command } }: OfferChange, set: WorkingSet): boolean {
  const draft = set.byId(id);
  if (!draft) return false;
  return command.kind === 'update' || command.seen.version === draft.stored?.version;
}

function inOrder(events: readonly NewInventoryEvent[], eventIds: readonly string[]): NewInventoryEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  return eventIds.flatMap((id) => byId.get(id) ?? []);
}
