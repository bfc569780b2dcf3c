import { type Fields, fieldsOf, idRule, PRODUCT_RULES } from '../../validation/index.js';

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
