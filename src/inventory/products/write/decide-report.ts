import type { FieldChange, NewInventoryEvent, PriceObservation, Product } from '../../../contracts/index.js';
import { changesOf } from '../../changes.js';
import type { KnownReports } from '../prices/known-reports.js';
import { effectOf, isSuspicious, type PriceReported } from '../prices/report-effect.js';
import { nextState } from './next-state.js';
import { type EventContext, eventOfPriceRecorded, eventOfChanges } from './product-events.js';
import type { WriteOutcome } from './product-command.js';
import type { Draft } from './working-set.js';

/** Changes of these are a change of the price; a new day, or another range beside the same price, is none. */
const OF_PRICE: ReadonlySet<string> = new Set(['basePrice', 'unit', 'currency'] satisfies (keyof Product)[]);

export interface ReportDecision {
  outcome: WriteOutcome;
  /** Undefined if the report says nothing new. */
  observation?: PriceObservation;
}

/**
 * What becomes of a report of a product that is there, and the event of it. A price that changes is announced as any
 * other change of price is. All else that a report tells is recorded with an event of its own, which no room is sent:
 * so a file that confirms a thousand prices is no thousand changes.
 *
 * @param known reports of the same day, and of days before
 */
export function decideReport(
  draft: Draft,
  report: PriceReported,
  known: KnownReports,
  context: EventContext,
): ReportDecision {
  const product = draft.current!;
  const effect = effectOf(report, product, known.ofDay(product.id, report.day));
  if (!effect) return { outcome: { status: 'unchanged', product } };
  const { updates } = effect;
  const suspicious = isSuspicious(effect.observation, known.before(product.id, report.day));
  const observation = suspicious ? flagged(effect.observation) : effect.observation;
  const changes = changesOf<Product>(product, updates);
  const next = changes.length === 0 ? product : nextState(product, changes, context);
  draft.current = next;
  draft.events.push(eventOf(next, changes, observation, context));
  const status = statusOf(changes, observation, product);
  return { outcome: { status, product: next, ...(suspicious && { suspicious }) }, observation };
}

const flagged = (report: PriceObservation): PriceObservation => ({ ...report, flags: [...report.flags, 'suspicious'] });

function eventOf(
  next: Product,
  changes: FieldChange[],
  observation: PriceObservation,
  context: EventContext,
): NewInventoryEvent {
  const origin = { ...context, observation };
  return isOfPrice(changes)
    ? eventOfChanges('price_changed', next, changes, origin)
    : eventOfPriceRecorded(next, changes, observation, origin);
}

function statusOf(changes: readonly FieldChange[], { revision, day }: PriceObservation, before: Product) {
  if (isOfPrice(changes)) return 'updated';
  if (revision > 1) return 'revised';
  // The price of a new day that is the one of the day before.
  return day >= before.pricedOn ? 'confirmed' : 'recorded';
}

const isOfPrice = (changes: readonly FieldChange[]): boolean => changes.some(({ field }) => OF_PRICE.has(field));
