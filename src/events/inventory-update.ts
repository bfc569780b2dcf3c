import {
  MARKET_FACTS,
  type NewProductEvent,
  type Product,
  PRODUCT_EVENT_TYPES,
  type ProductState,
} from '../contracts/index.js';
import { ValidationFailedError } from '../infra/index.js';
import {
  exactPriceRule,
  fieldFaults,
  fieldsOf,
  idRule,
  instantRule,
  isRecord,
  listRule,
  nullableRule,
  oneOfRule,
  ORIGIN_RULES,
  PRODUCT_RULES,
  recordRule,
  type Rule,
  slugRule,
  textRule,
  uuidRule,
  wholeNumberRule,
} from '../validation/index.js';

/** An event of a product as a library user states it; what is absent is filled in. */
export type InventoryUpdate = Pick<NewProductEvent, 'eventType' | 'productId' | 'vendorId' | 'category'> &
  Partial<NewProductEvent> & { product: ProductState };

/** The largest `integer` of PostgreSQL. */
const versionRule = wholeNumberRule(1, 2 ** 31 - 1);

/** An event tells what is stored, with no more decimals than that. */
const STATE_RULES: typeof PRODUCT_RULES = {
  ...PRODUCT_RULES,
  basePrice: exactPriceRule,
  minPrice: nullableRule(exactPriceRule),
  maxPrice: nullableRule(exactPriceRule),
};

const PRODUCT: Readonly<Record<keyof Product, Rule>> = {
  id: idRule,
  vendorId: idRule,
  ...STATE_RULES,
  comparablePrice: anything, // made anew
  version: versionRule,
  createdAt: instantRule,
  updatedAt: instantRule,
};

/** Programs that know of no market facts go on publishing. */
const NEEDED = Object.keys(PRODUCT).filter((field) => !(MARKET_FACTS as readonly string[]).includes(field));

const CHANGE = fieldsOf({ field: oneOfRule(Object.keys(STATE_RULES)), oldValue: anything, newValue: anything }, [
  'field',
  'oldValue',
  'newValue',
]);

/** The values are of the field's own type. */
const changeRule: Rule = (value) => {
  const fault = recordRule(CHANGE)(value);
  if (fault !== undefined) return fault;
  const { field, oldValue, newValue } = value as {
    field: keyof typeof STATE_RULES;
    oldValue: unknown;
    newValue: unknown;
  };
  const wrong = STATE_RULES[field](oldValue) ?? STATE_RULES[field](newValue);
  return wrong && `${field} ${wrong}`;
};

/** Reports are kept with the products that they are of, so that an event alone would be one too many. */
const observationRule: Rule = (value) => (value === null ? undefined : 'must be null: reports come with imports');

const EVENT_RULES: Readonly<Record<Exclude<keyof NewProductEvent, 'vendor'>, Rule>> = {
  eventId: uuidRule,
  eventType: oneOfRule(PRODUCT_EVENT_TYPES),
  productId: idRule,
  vendorId: idRule,
  category: slugRule,
  version: versionRule,
  changes: listRule(changeRule, Object.keys(STATE_RULES).length),
  product: recordRule(fieldsOf(PRODUCT, NEEDED)),
  ...ORIGIN_RULES,
  observation: observationRule,
  region: textRule(200),
  occurredAt: instantRule,
};

const UPDATE = fieldsOf(EVENT_RULES, ['eventType', 'productId', 'vendorId', 'category', 'product']);

/**
 * Refuses what no event may be: everybody who reads the log, rooms and searches relies on its fields.
 *
 * Throws `ValidationFailedError`.
 */
export function checkInventoryUpdate(update: InventoryUpdate): void {
  if (!isRecord(update)) throw new ValidationFailedError([], 'must be an object');
  const faults = fieldFaults(update, UPDATE);
  if (faults.length > 0) throw new ValidationFailedError(faults);
  const { productId, vendorId, category, product } = update;
  const own = { productId: product.id, vendorId: product.vendorId, category: product.category };
  for (const [field, value] of Object.entries({ productId, vendorId, category })) {
    if (value === own[field as keyof typeof own]) continue;
    throw new ValidationFailedError([{ field, message: 'must be that of the product' }]);
  }
}

function anything(): undefined {
  return undefined;
}
