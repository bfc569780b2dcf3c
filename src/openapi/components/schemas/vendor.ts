import type {
  FoundVendor,
  Moment,
  Named,
  NewVendor,
  Vendor,
  VendorAlias,
  VendorAliasNames,
  VendorFields,
  VendorInventoryStats,
  VendorPrices,
} from '../../../contracts/index.js';
import { AVAILABILITIES } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import {
  count,
  DISPLAY_NAME,
  id,
  languages,
  listOf,
  names,
  nullable,
  object,
  price,
  schemaRef,
  text,
  time,
  MOMENT,
} from './schema.js';

const ABOUT_VENDOR = {
  name: text(200, 'As buyers know it'),
  names,
  market: nullable(text(200, 'The mandi')),
  district: nullable(text(200, 'Of the market')),
  state: nullable(text(200, 'Of India')),
  languages,
};

const amount = (description: string): Schema => ({
  type: 'number',
  minimum: 0,
  description: `${description}; exact to six decimals`,
});

const ALIAS = {
  state: text(200, 'Of India, in any of its spellings'),
  district: nullable(text(200, 'Of the market; null for files that name none')),
  market: text(200, 'The mandi; case, white space, punctuation at the ends and `APMC` are of no account'),
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

  VendorAliasNames: object<VendorAliasNames>(ALIAS, ['district'], 'A market as price files name it'),

  VendorAlias: object<VendorAlias>(
    { ...ALIAS, createdAt: time('When it was made') },
    [],
    'Names under which imports mean a vendor',
  ),

  VendorAliases: object<{ aliases: VendorAlias[] }>({
    aliases: listOf(schemaRef('VendorAlias'), { description: 'The eldest first' }),
  }),

  FoundVendor: object<FoundVendor>({ ...VENDOR, inventory: schemaRef('InventoryCounts'), displayName: DISPLAY_NAME }, [
    'displayName',
  ]),

  NamedVendor: object<Named<Vendor> & Partial<Moment>>(
    { ...VENDOR, displayName: DISPLAY_NAME, ...MOMENT },
    ['displayName', 'position', 'knownAt'],
    'A vendor, named',
  ),

  InventoryCounts: object<FoundVendor['inventory']>({
    total: count('Products of the vendor'),
    available: count('Those that are available'),
  }),

  VendorPrices: object<VendorPrices>(
    {
      per: text(32, '`kg`, `piece`, `litre`, or a unit that compares with itself only'),
      currency: { type: 'string', description: 'ISO 4217' },
      averagePrice: amount('Of these products'),
      minPrice: amount('The least'),
      maxPrice: amount('The most'),
      products: count('That have such a price', 1),
    },
    [],
    'Prices that compare with each other, per kg, piece or litre',
  ),

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
      prices: listOf(schemaRef('VendorPrices'), { description: 'That with the most products first' }),
      averagePrice: nullable(price('Of the products of the first of `prices`, rounded; null without any')),
      minPrice: nullable(amount('Of the same')),
      maxPrice: nullable(amount('Of the same')),
      priceUnit: nullable(
        text(32, 'What these three are for: the unit, if it is the same for all of them, else `per` of `prices`'),
      ),
      priceCurrency: nullable({ type: 'string', description: 'Of these three' }),
      lastUpdatedAt: nullable(time('The newest change of a product; null without any')),
    },
    [],
    'A vendor’s inventory in numbers',
  ),
};
