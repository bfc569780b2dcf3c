import { ForbiddenError } from '../../../auth/index.js';
import {
  comparablePriceOf,
  type Product,
  PRODUCT_DEFAULTS,
  PRODUCT_FIELDS,
  type ProductUpdates,
} from '../../../contracts/index.js';
import { type AppError, dayAfter, ValidationFailedError } from '../../../infra/index.js';
import { changesOf } from '../../changes.js';
import { newProductId, newSku } from '../../ids.js';
import { type ExpectedVersion, isExpected, VersionMismatchError } from '../../if-match.js';
import { VendorNotFoundError } from '../../vendors/vendor.errors.js';
import { DuplicateSkuError, IncompleteProductError, ProductNotFoundError } from '../product.errors.js';
import { ITEM_FIELDS } from '../product-rules.js';
import { updatesOf } from '../prices/report-effect.js';
import { checkedFields } from './checked-command.js';
import { decideReport } from './decide-report.js';
import { nextState } from './next-state.js';
import type { ProductCommand, Report, Upsert, WriteOutcome } from './product-command.js';
import { type EventContext, eventOfCreation, eventOfDeletion, eventsOfUpdate } from './product-events.js';
import type { Draft, WorkingSet } from './working-set.js';

/** The outcome of a command if the batch commits, and the draft that it rests on, if any: refusals do as well. */
export interface Decision {
  outcome: WriteOutcome;
  draft?: Draft;
}

/**
 * Applies one command to the working set: the whole of the product's rules, without any I/O.
 *
 * @param owner the vendor that the writer is confined to
 */
export function decide(command: ProductCommand, set: WorkingSet, context: EventContext, owner?: string): Decision {
  if (owner !== undefined && owner !== (vendorOf(command, set) ?? owner)) {
    return reject(new ForbiddenError('The product belongs to another vendor'));
  }
  const fault = dayFault(command, context);
  if (fault) return reject(fault);
  switch (command.kind) {
    case 'create': {
      const { vendorId, ...fields } = command.data;
      const sku = fields.sku ?? newSku();
      const holder = set.byVendorAndSku(vendorId, sku);
      if (holder) return reject(new DuplicateSkuError(vendorId, sku), holder);
      return create(set, vendorId, sku, fields, context);
    }
    case 'upsert': {
      const draft = set.byVendorAndSku(command.vendorId, command.sku);
      if (!draft) return createFrom(command, set, context);
      return update(draft, command.updates, context);
    }
    case 'report':
      return reportPrice(command, set, context);
    case 'update': {
      const draft = set.byId(command.id);
      if (!draft?.current) return reject(new ProductNotFoundError(command.id), draft);
      if (!isExpected(command.expectedVersion, draft.current.version)) return mismatch(command, draft);
      return update(draft, command.updates, context);
    }
    case 'delete': {
      const draft = set.byId(command.id);
      if (!draft?.current) return reject(new ProductNotFoundError(command.id), draft);
      const last = draft.current;
      if (!isExpected(command.expectedVersion, last.version)) return mismatch(command, draft);
      draft.events.push(eventOfDeletion(last, context));
      draft.current = null;
      return { outcome: { status: 'deleted', product: last }, draft };
    }
  }
}

function dayOfPrice(command: ProductCommand): string | undefined {
  switch (command.kind) {
    case 'create':
      return command.data.pricedOn;
    case 'update':
    case 'upsert':
      return command.updates.pricedOn;
    case 'report':
      return command.report.day;
    case 'delete':
      return undefined;
  }
}

/** A price may be of tomorrow, where the market opens before midnight, and of no later day. */
function dayFault(command: ProductCommand, { marketDay }: EventContext): AppError | undefined {
  const pricedOn = dayOfPrice(command);
  if (pricedOn === undefined || pricedOn <= marketDay) return undefined;
  const tomorrow = dayAfter(marketDay);
  if (pricedOn <= tomorrow) return undefined;
  return new ValidationFailedError([{ field: 'pricedOn', message: `must not be later than tomorrow, ${tomorrow}` }]);
}

function reportPrice(command: Report, set: WorkingSet, context: EventContext): Decision {
  const { vendorId, sku, report, create: given } = command;
  const draft = set.byVendorAndSku(vendorId, sku);
  if (draft) {
    const { outcome, observation } = decideReport(draft, report, set.reports, context);
    if (observation) set.reports.add(draft.id, observation);
    return { outcome, draft };
  }
  const observation = { ...report, revision: 1 };
  const fields = { ...given, ...updatesOf(report) };
  const decision = createFrom({ vendorId, sku, create: fields }, set, { ...context, observation });
  if (decision.outcome.status === 'created') set.reports.add(decision.outcome.product.id, observation);
  return decision;
}

/** The fields that only a new product gets haven't been looked at before. */
function createFrom(
  { vendorId, sku, create: given, updates }: Pick<Upsert, 'vendorId' | 'sku' | 'create'> & Partial<Upsert>,
  set: WorkingSet,
  context: EventContext,
): Decision {
  try {
    const fields = given === updates ? given : checkedFields(given, ITEM_FIELDS);
    return create(set, vendorId, sku, fields, context);
  } catch (error) {
    if (error instanceof ValidationFailedError) return reject(error, set.lastWithSku(vendorId, sku));
    throw error;
  }
}

/** Undefined if there is no such product. */
function vendorOf(command: ProductCommand, set: WorkingSet): string | undefined {
  if (command.kind === 'create') return command.data.vendorId;
  return 'sku' in command ? command.vendorId : set.byId(command.id)?.current?.vendorId;
}

function create(
  set: WorkingSet,
  vendorId: string,
  sku: string,
  fields: ProductUpdates,
  context: EventContext,
): Decision {
  if (!set.hasVendor(vendorId)) return reject(new VendorNotFoundError(vendorId));
  const { name, category, basePrice } = fields;
  if (name === undefined || category === undefined || basePrice === undefined) {
    const error = new IncompleteProductError(missing({ name, category, basePrice }));
    return reject(error, set.lastWithSku(vendorId, sku));
  }
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const product = inOrder({
    ...{ id: newProductId(), ...PRODUCT_DEFAULTS, pricedOn: context.marketDay },
    ...given,
    ...{ vendorId, sku, name, category, basePrice, comparablePrice: null },
    ...{ version: 1, createdAt: context.occurredAt, updatedAt: context.occurredAt },
  });
  product.comparablePrice = comparablePriceOf(product);
  const draft = set.create(product);
  draft.events.push(eventOfCreation(product, context));
  return { outcome: { status: 'created', product }, draft };
}

function update(draft: Draft, updates: ProductUpdates, context: EventContext): Decision {
  const product = draft.current!;
  const changes = changesOf<ProductUpdates>(product, withDayOfPrice(product, updates, context));
  if (changes.length === 0) return { outcome: { status: 'unchanged', product }, draft };
  const next = nextState(product, changes, context);
  draft.events.push(...eventsOfUpdate(next, changes, context));
  draft.current = next;
  return { outcome: { status: 'updated', product: next }, draft };
}

/** Another price is today's, and the range of the former one is not its own: unless it comes with both. */
function withDayOfPrice(product: Product, updates: ProductUpdates, { marketDay }: EventContext): ProductUpdates {
  const { basePrice, pricedOn = marketDay, minPrice = null, maxPrice = null } = updates;
  if (basePrice === undefined || basePrice === product.basePrice) return updates;
  return { ...updates, pricedOn, minPrice, maxPrice };
}

/** As products are shown. */
function inOrder(product: Product): Product {
  return Object.fromEntries(PRODUCT_FIELDS.map((field) => [field, product[field]])) as unknown as Product;
}

/** @param draft what the refusal rests on: if that isn't committed, the command is to be decided again */
function reject(error: AppError, draft?: Draft): Decision {
  return { outcome: { status: 'rejected', error }, ...(draft && { draft }) };
}

function mismatch({ expectedVersion }: { expectedVersion?: ExpectedVersion | undefined }, draft: Draft): Decision {
  return reject(new VersionMismatchError(expectedVersion!, draft.current!.version), draft);
}

function missing(fields: Record<string, unknown>): string[] {
  return Object.keys(fields).filter((field) => fields[field] === undefined);
}
