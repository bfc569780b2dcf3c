import type {
  FoundVendor,
  Named,
  NewVendor,
  Vendor,
  VendorFields,
  VendorInventoryStats,
} from '../../../contracts/index.js';
import { AVAILABILITIES } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, DISPLAY_NAME, id, languages, names, nullable, object, price, schemaRef, text, time } from './schema.js';

const ABOUT_VENDOR = {
  name: text(200, 'As buyers know it'),
  names,
  market: nullable(text(200, 'The mandi')),
  district: nullable(text(200, 'Of the market')),
  state: nullable(text(200, 'Of India')),
  languages,
};

const VENDOR = {
  id: id('Opaque'),
  ...ABOUT_VENDOR,
  version: count('Grows by one with every change; the number in the ETag', 1),
  createdAt: time('When it was made'),
  updatedAt: time('When it was last changed'),
};

const ANY_OF_THEM: (keyof VendorFields)[] = ['name', 'names', 'market', 'district', 'state', 'languages'];

export const VENDOR_SCHEMAS: Readonly<Record<string, Schema>> = {
  Vendor: object<Vendor>(VENDOR, [], 'A trader at one market'),

  CreateVendor: object<NewVendor>(
    {
      id: { ...id('Chosen by the caller; made up when absent'), not: { const: 'search' } },
      ...ABOUT_VENDOR,
    },
    ['id', 'names', 'market', 'district', 'state', 'languages'],
  ),

  UpdateVendor: object<Partial<VendorFields>>(ABOUT_VENDOR, ANY_OF_THEM, 'Any subset of the fields'),

  FoundVendor: object<FoundVendor>({ ...VENDOR, inventory: schemaRef('InventoryCounts'), displayName: DISPLAY_NAME }, [
    'displayName',
  ]),

  NamedVendor: object<Named<Vendor>>({ ...VENDOR, displayName: DISPLAY_NAME }, ['displayName'], 'A vendor, named'),

  InventoryCounts: object<FoundVendor['inventory']>({
    total: count('Products of the vendor'),
    available: count('Those that are available'),
  }),

  VendorStats: object<VendorInventoryStats>(
    {
      vendorId: id('The vendor'),
      totalProducts: count('Products of the vendor'),
      byAvailability: object<VendorInventoryStats['byAvailability']>(
        Object.fromEntries(AVAILABILITIES.map((one) => [one, count(`Products that are ${one}`)])) as Record<
          (typeof AVAILABILITIES)[number],
          Schema
        >,
      ),
      byCategory: {
        type: 'object',
        description: 'Products by category',
        additionalProperties: count('Products of this category', 1),
      },
      averagePrice: nullable(price('Of all products, rounded; null without any')),
      minPrice: nullable(price('Null without any product')),
      maxPrice: nullable(price('Null without any product')),
      lastUpdatedAt: nullable(time('The newest change of a product; null without any')),
    },
    [],
    'A vendor’s inventory in numbers',
  ),
};
