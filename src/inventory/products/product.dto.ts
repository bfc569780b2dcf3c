import { OmitType } from '@nestjs/mapped-types';
import type { Availability, ProductUpdates } from '../../contracts/index.js';
import {
  Fits,
  idRule,
  IsListOfAny,
  isSound,
  IsQueryNumber,
  Nullable,
  Optional,
  PatchType,
} from '../../validation/index.js';
import { NEW_PRODUCT, PRODUCT_RULES, PRODUCT_UPDATES } from './product-rules.js';

/** Items of one bulk request. */
const BULK_LIMIT = 1_000;

export class CreateProductBody {
  @Fits(idRule)
  vendorId: string;

  /** The vendor's own reference, unique per vendor; made up when absent. */
  @Optional()
  @Fits(PRODUCT_RULES.sku)
  sku?: string;

  @Fits(PRODUCT_RULES.name)
  name: string;

  /** Translations of the name by language tag. */
  @Optional()
  @Fits(PRODUCT_RULES.names)
  names?: Record<string, string>;

  @Nullable()
  @Fits(PRODUCT_RULES.description)
  description?: string | null;

  @Fits(PRODUCT_RULES.category)
  category: string;

  /** `kg` when absent. */
  @Optional()
  @Fits(PRODUCT_RULES.unit)
  unit?: string;

  /** Per unit; at most two decimals. */
  @Fits(PRODUCT_RULES.basePrice)
  basePrice: number;

  /** ISO 4217; `INR` when absent. */
  @Optional()
  @Fits(PRODUCT_RULES.currency)
  currency?: string;

  @Optional()
  @Fits(PRODUCT_RULES.availability)
  availability?: Availability;

  static isPlainlyValid(body: Readonly<Record<string, unknown>>): boolean {
    return isSound(body, NEW_PRODUCT);
  }
}

/** Any subset of the fields; a product stays with its vendor. */
export class UpdateProductBody extends PatchType(OmitType(CreateProductBody, ['vendorId'])) {
  static isPlainlyValid(body: Readonly<Record<string, unknown>>): boolean {
    return isSound(body, PRODUCT_UPDATES);
  }
}

export class AvailabilityBody {
  @Fits(PRODUCT_RULES.availability)
  availability: Availability;
}

/** An update that can't be used is rejected by itself (`InventoryService`). */
export class BulkAvailabilityBody {
  @IsListOfAny(BULK_LIMIT)
  updates: { productId: string; availability: Availability }[];
}

/** An item that can't be used is rejected by itself (`InventoryService`). */
export class InventoryBody {
  @IsListOfAny(BULK_LIMIT)
  items: (ProductUpdates & { sku: string })[];
}

export class HistoryQuery {
  /** Position of the last event already seen. */
  @IsQueryNumber(0, Number.MAX_SAFE_INTEGER)
  after: number = 0;

  @IsQueryNumber(1, 1_000)
  limit: number = 100;
}
