import type { Availability, NewProduct, ProductFields, ProductUpdates } from '../../contracts/index.js';
import { BodyOf, fieldsOf, IsQueryNumber, listOfAnyRule } from '../../validation/index.js';
import { AVAILABILITY, NEW_PRODUCT, PRODUCT_UPDATES } from './product-rules.js';

/** Items of one bulk request. */
const BULK_LIMIT = 1_000;

export class CreateProductBody extends BodyOf<NewProduct>(NEW_PRODUCT) {}

/** Any subset of the fields; a product stays with its vendor. */
export class UpdateProductBody extends BodyOf<ProductUpdates>(PRODUCT_UPDATES) {}

export class AvailabilityBody extends BodyOf<Pick<ProductFields, 'availability'>>(AVAILABILITY) {}

/** An update that can't be used is rejected by itself (`InventoryService`). */
export class BulkAvailabilityBody extends BodyOf<{ updates: { productId: string; availability: Availability }[] }>(
  fieldsOf({ updates: listOfAnyRule(BULK_LIMIT) }, ['updates']),
) {}

/** An item that can't be used is rejected by itself (`InventoryService`). */
export class InventoryBody extends BodyOf<{ items: (ProductUpdates & { sku: string })[] }>(
  fieldsOf({ items: listOfAnyRule(BULK_LIMIT) }, ['items']),
) {}

export class HistoryQuery {
  /** Position of the last event already seen. */
  @IsQueryNumber(0, Number.MAX_SAFE_INTEGER)
  after: number = 0;

  @IsQueryNumber(1, 1_000)
  limit: number = 100;
}
