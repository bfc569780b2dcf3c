import type {
  Availability,
  FoundProduct,
  Moment,
  Named,
  NewProduct,
  Product,
  ProductFields,
  ProductUpdates,
} from '../../../contracts/index.js';
import { AVAILABILITIES, PRODUCT_DEFAULTS } from '../../../contracts/index.js';
import { PRODUCT_SCHEMAS as FIELDS, SETTABLE_SCHEMAS } from '../../../validation/index.js';
import type { Schema } from '../../types.js';
import {
  count,
  DISPLAY_NAME,
  id,
  listOf,
  MOMENT,
  names,
  nullable,
  object,
  oneOfTexts,
  schemaRef,
  text,
} from './schema.js';

const ANY_OF_THEM = Object.keys(SETTABLE_SCHEMAS) as (keyof ProductFields)[];
const MAY_BE_LEFT_OUT = Object.keys(PRODUCT_DEFAULTS) as (keyof typeof PRODUCT_DEFAULTS)[];
const BULK_LIMIT = 1_000;

const REJECTION = {
  reason: { type: 'string', description: 'Why it was rejected, for people' },
  field: { type: 'string', description: 'The first field at fault; absent if it is the item as a whole' },
} as const;

const PRICE_PER: Schema = {
  ...object<NonNullable<FoundProduct['pricePer']>>({
    amount: { type: 'number', minimum: 0, description: 'Exact to six decimals' },
    unit: text(32, 'As asked for with `per`'),
  }),
  type: ['object', 'null'],
  description: 'The price per unit of the search, in its currency; null if it isn’t comparable with that',
};

interface AvailabilityUpdate {
  productId: string;
  availability: Availability;
}

export const PRODUCT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Product: object<Product>(FIELDS, [], 'A product of one vendor'),

  CreateProduct: object<NewProduct>({ vendorId: id('The vendor it will belong to'), ...SETTABLE_SCHEMAS }, [
    'sku',
    'pricedOn',
    ...MAY_BE_LEFT_OUT,
  ]),

  UpdateProduct: object<ProductUpdates>(
    SETTABLE_SCHEMAS,
    ANY_OF_THEM,
    'Any subset of the fields; a product stays with its vendor',
  ),

  SetAvailability: object<Pick<ProductFields, 'availability'>>({ availability: oneOfTexts(AVAILABILITIES) }),

  AvailabilityUpdate: object<AvailabilityUpdate>({
    productId: id('The product'),
    availability: oneOfTexts(AVAILABILITIES),
  }),

  BulkAvailability: object<{ updates: AvailabilityUpdate[] }>({
    updates: listOf(schemaRef('AvailabilityUpdate'), { maxItems: BULK_LIMIT }),
  }),

  BulkAvailabilityResults: object<{ results: unknown[] }>({
    results: listOf(schemaRef('BulkAvailabilityResult'), { description: 'One per update, in order' }),
  }),

  BulkAvailabilityResult: object<{
    productId: string;
    status: string;
    version?: number;
    reason?: string;
    field?: string;
  }>(
    {
      productId: { type: ['string', 'null'], description: 'As asked for; null if that is no string' },
      status: oneOfTexts(['updated', 'unchanged', 'not_found', 'rejected']),
      version: count('Absent when there is no such product, and when rejected', 1),
      ...REJECTION,
    },
    ['version', 'reason', 'field'],
  ),

  InventoryItem: object<ProductUpdates & { sku: string }>(
    { ...SETTABLE_SCHEMAS, sku: { ...SETTABLE_SCHEMAS.sku, description: 'What the item is known by' } },
    ANY_OF_THEM.filter((field) => field !== 'sku'),
    'Whatever is to be set; a new sku needs name, category and basePrice',
  ),

  UpsertInventory: object<{ items: unknown[] }>({
    items: listOf(schemaRef('InventoryItem'), {
      maxItems: BULK_LIMIT,
      description: 'With at most 100,000 words in all names and descriptions together; 256 KiB each',
    }),
  }),

  UpsertInventoryResults: object<{ results: unknown[] }>({
    results: listOf(schemaRef('InventoryItemResult'), { description: 'One per item, in order' }),
  }),

  InventoryItemResult: object<{
    sku: string;
    productId: string;
    status: string;
    version: number;
    reason?: string;
    field?: string;
  }>(
    {
      sku: { type: ['string', 'null'], description: 'As asked for; null if that is no string' },
      productId: nullable(id('Null when rejected')),
      status: oneOfTexts(['created', 'updated', 'unchanged', 'rejected']),
      version: nullable(count('Null when rejected', 1)),
      ...REJECTION,
    },
    ['reason', 'field'],
  ),

  FoundProduct: object<FoundProduct>(
    {
      ...FIELDS,
      vendor: schemaRef('VendorOfProduct'),
      displayName: DISPLAY_NAME,
      pricePer: PRICE_PER,
    },
    ['displayName'],
  ),

  NamedProduct: object<Named<Product> & Partial<Moment>>(
    { ...FIELDS, displayName: DISPLAY_NAME, ...MOMENT },
    ['displayName', 'position', 'knownAt'],
    'A product, named',
  ),

  VendorOfProduct: object<FoundProduct['vendor']>({
    id: id('The vendor'),
    name: text(200, 'Its name'),
    names,
    market: nullable(text(200, 'The mandi')),
    district: nullable(text(200, 'Of the market')),
    state: nullable(text(200, 'Of India')),
  }),
};
