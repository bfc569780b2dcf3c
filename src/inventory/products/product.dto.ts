import { OmitType } from '@nestjs/swagger';
import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { AVAILABILITIES, type Availability } from '../../contracts/index.js';
import {
  IsId,
  IsListOf,
  IsNames,
  IsPrice,
  IsSlug,
  IsText,
  Nullable,
  Optional,
  PatchType,
  QueryNumber,
} from '../../infra/index.js';

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
export class UpdateProductBody extends PatchType(OmitType(CreateProductBody, ['vendorId'])) {}

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
