import { OmitType } from '@nestjs/mapped-types';
import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { AVAILABILITIES, type Availability } from '../../contracts/index.js';
import {
  ID,
  IsId,
  isPrice,
  IsListOf,
  IsNames,
  IsPrice,
  IsSlug,
  IsText,
  Nullable,
  Optional,
  PatchType,
  QueryNumber,
} from '../../validation/index.js';

/** Items of one bulk request. */
const BULK_LIMIT = 1_000;

export class CreateProductBody {
  @IsId()
  vendorId: string;

  /** The vendor's own reference, unique per vendor; made up when absent. */
  @Optional()
  @IsText(200)
  sku?: string;

  @IsText(200)
  name: string;

  /** Translations of the name by language tag. */
  @Optional()
  @IsNames()
  names?: Record<string, string>;

  @Nullable()
  @IsText(2000, { blank: true })
  description?: string | null;

  @IsSlug()
  category: string;

  /** `kg` when absent. */
  @Optional()
  @IsText(32)
  unit?: string;

  /** Per unit; at most two decimals. */
  @IsPrice()
  basePrice: number;

  /** ISO 4217; `INR` when absent. */
  @Optional()
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as INR' })
  currency?: string;

  @Optional()
  @IsIn(AVAILABILITIES)
  availability?: Availability;
}

/** Any subset of the fields; a product stays with its vendor. */
export class UpdateProductBody extends PatchType(OmitType(CreateProductBody, ['vendorId'])) {
  /** A price or an availability, and nothing else. */
  static isPlainlyValid(body: Readonly<Record<string, unknown>>): boolean {
    const [field, ...others] = Object.keys(body);
    if (others.length > 0) return false;
    return field === 'basePrice'
      ? isPrice(body.basePrice)
      : field === 'availability' && isAvailability(body.availability);
  }
}

export class AvailabilityBody {
  @IsIn(AVAILABILITIES)
  availability: Availability;
}

export class AvailabilityUpdate extends AvailabilityBody {
  @IsId()
  productId: string;
}

export class BulkAvailabilityBody {
  @IsListOf(AvailabilityUpdate, BULK_LIMIT)
  updates: AvailabilityUpdate[];

  /** A thousand updates take class-validator 20 ms, in which no other request is served. */
  static isPlainlyValid(body: Readonly<Record<string, unknown>>): boolean {
    const { updates, ...others } = body;
    if (Object.keys(others).length > 0 || !Array.isArray(updates) || updates.length > BULK_LIMIT) return false;
    return updates.every(isPlainUpdate);
  }
}

export class InventoryItemBody extends PatchType(OmitType(CreateProductBody, ['vendorId', 'sku'])) {
  @IsText(200)
  sku: string;
}

export class InventoryBody {
  @IsListOf(InventoryItemBody, BULK_LIMIT)
  items: InventoryItemBody[];
}

export class HistoryQuery {
  /** Position of the last event already seen. */
  @QueryNumber()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after: number = 0;

  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

function isAvailability(value: unknown): boolean {
  return AVAILABILITIES.includes(value as Availability);
}

function isPlainUpdate(update: unknown): boolean {
  if (typeof update !== 'object' || update === null || Object.keys(update).length !== 2) return false;
  const { productId, availability } = update as Record<string, unknown>;
  return typeof productId === 'string' && ID.test(productId) && isAvailability(availability);
}
