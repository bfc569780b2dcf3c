import { comparablePriceOf, type FieldChange, type Product } from '../../../contracts/index.js';
import { applyChanges } from '../../changes.js';
import type { EventContext } from './product-events.js';

/** The fields that the comparable price is made of. */
const UNIT_PRICE: ReadonlySet<string> = new Set(['basePrice', 'unit', 'unitWeightKg', 'currency']);

/** The product after changes of its fields: of the next version, and with the comparable price that follows. */
export function nextState(
  product: Product,
  changes: readonly FieldChange[],
  { occurredAt }: Pick<EventContext, 'occurredAt'>,
): Product {
  const next = applyChanges(product, changes, { version: product.version + 1, updatedAt: occurredAt });
  if (changes.some(({ field }) => UNIT_PRICE.has(field))) next.comparablePrice = comparablePriceOf(next);
  return next;
}
