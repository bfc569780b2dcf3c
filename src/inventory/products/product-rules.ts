import { AVAILABILITIES, type ProductFields } from '../../contracts/index.js';
import {
  currencyRule,
  type Fields,
  fieldsOf,
  idRule,
  namesRule,
  nullableRule,
  oneOfRule,
  priceRule,
  type Rule,
  slugRule,
  textRule,
} from '../../validation/index.js';

/** Characters; an import makes one of three names of up to 200. */
const MAX_SKU = 400;

/** What the fields of a product may be, in requests, calls of the services and imports alike. */
export const PRODUCT_RULES: Readonly<Record<keyof ProductFields, Rule>> = {
  sku: textRule(MAX_SKU),
  name: textRule(200),
  names: namesRule,
  description: nullableRule(textRule(2_000, { blank: true })),
  category: slugRule,
  unit: textRule(32),
  basePrice: priceRule,
  currency: currencyRule,
  availability: oneOfRule(AVAILABILITIES),
};

const { sku: skuRule, ...WITHOUT_SKU } = PRODUCT_RULES;

export { skuRule };
export const PRODUCT_UPDATES: Fields = fieldsOf(PRODUCT_RULES);
export const NEW_PRODUCT: Fields = fieldsOf({ vendorId: idRule, ...PRODUCT_RULES }, [
  'vendorId',
  'name',
  'category',
  'basePrice',
]);
/** A line of a vendor's inventory but for its sku. What a new product needs is known once the sku isn't found. */
export const ITEM_FIELDS: Fields = fieldsOf(WITHOUT_SKU);
/** Where nothing else is to be set. */
export const AVAILABILITY: Fields = fieldsOf({ availability: PRODUCT_RULES.availability }, ['availability']);
