import type {
  Availability,
  FoundProduct,
  Named,
  NewProduct,
  Product,
  ProductFields,
  ProductUpdates,
} from '../../../contracts/index.js';
import { AVAILABILITIES } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import {
  count,
  DISPLAY_NAME,
  id,
  listOf,
  names,
  nullable,
  object,
  oneOfTexts,
  price,
  schemaRef,
  slug,
  text,
  textOrBlank,
  time,
} from './schema.js';

export const availability = oneOfTexts(AVAILABILITIES, '`available` when absent');

const SKU = { sku: text(400, 'The vendor’s own reference, unique per vendor; made up when absent') };

const ABOUT_PRODUCT = {
  name: text(200, 'In whatever language the vendor uses'),
  names,
  description: nullable(textOrBlank(2_000, 'For buyers')),
  category: slug('What kind of produce'),
  unit: text(32, 'What `basePrice` is for: `kg` (when absent), `quintal`, `piece`, …'),
  basePrice: price(
    'Per `unit` in `currency`, at most two decimals; the noise of binary fractions is taken for the decimals it stands for',
  ),
  currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217; `INR` when absent' },
  availability,
};

const PRODUCT = {
  id: id('Opaque'),
  vendorId: id('The vendor it belongs to, for good'),
  ...SKU,
  ...ABOUT_PRODUCT,
  version: count('Grows by one with every change; the number in the ETag', 1),
  createdAt: time('When it was made'),
  updatedAt: time('When it was last changed'),
};

const OPTIONAL: ('names' | 'description' | 'unit' | 'currency' | 'availability')[] = [
  'names',
  'description',
  'unit',
  'currency',
  'availability',
];
const BULK_LIMIT = 1_000;

const REJECTION = {
  reason: { type: 'string', description: 'Why it was rejected, for people' },
  field: { type: 'string', description: 'The first field at fault; absent if it is the item as a whole' },
} as const;

interface AvailabilityUpdate {
  productId: string;
  availability: Availability;
}

export const PRODUCT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Product: object<Product>(PRODUCT, [], 'A product of one vendor'),

  CreateProduct: object<NewProduct>({ vendorId: id('The vendor it will belong to'), ...SKU, ...ABOUT_PRODUCT }, [
    'sku',
    ...OPTIONAL,
  ]),

  UpdateProduct: object<ProductUpdates>(
    { ...SKU, ...ABOUT_PRODUCT },
    ['sku', 'name', 'category', 'basePrice', ...OPTIONAL],
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
    { ...ABOUT_PRODUCT, sku: text(400, 'What the item is known by') },
    ['name', 'category', 'basePrice', ...OPTIONAL],
    'Whatever is to be set; a new sku needs name, category and basePrice',
  ),

  UpsertInventory: object<{ items: unknown[] }>({
    items: listOf(schemaRef('InventoryItem'), { maxItems: BULK_LIMIT }),
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
      ...PRODUCT,
      vendor: schemaRef('VendorOfProduct'),
      displayName: DISPLAY_NAME,
    },
    ['displayName'],
  ),

  NamedProduct: object<Named<Product>>({ ...PRODUCT, displayName: DISPLAY_NAME }, ['displayName'], 'A product, named'),

  VendorOfProduct: object<FoundProduct['vendor']>({
    id: id('The vendor'),
    name: text(200, 'Its name'),
    names,
    market: nullable(text(200, 'The mandi')),
    district: nullable(text(200, 'Of the market')),
    state: nullable(text(200, 'Of India')),
  }),
};
