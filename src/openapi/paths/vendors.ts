import { answer, jsonBody, noContent, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_BODY, ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN, ANYBODY, OWNER } from '../components/security.js';
import { ONION_ID } from '../examples/products.js';
import { ALIAS_MARKET, ASHA, ASHA_ALIAS, ASHA_STATS, CREATE_VENDOR, CREATE_VENDOR_TAMIL } from '../examples/vendors.js';
import type { Examples, Paths } from '../types.js';

const ITEMS: Examples = {
  prices: {
    summary: 'Today’s prices of what is there already',
    value: {
      items: [
        { sku: 'ONION-RED-1', basePrice: 28 },
        { sku: 'HALDI-ERODE', basePrice: 172.5, availability: 'available' },
      ],
    },
  },
  arrivals: {
    summary: 'New arrivals',
    value: {
      items: [
        {
          sku: 'TOMATO-1',
          name: 'टमाटर',
          names: { en: 'Tomato', mr: 'टोमॅटो', kn: 'ಟೊಮೆಟೊ' },
          category: 'vegetables',
          unit: 'crate',
          basePrice: 620,
        },
        { sku: 'LIME-1', name: 'Lime', category: 'fruits', unit: 'piece', basePrice: 4.75, description: null },
        { sku: 'NEW-1', basePrice: 10 },
      ],
    },
  },
};

const ALIAS_NAMES: Examples = {
  portal: {
    summary: 'A market as the portal spells it',
    value: { state: 'NCT of Delhi', district: 'Delhi', market: ALIAS_MARKET },
  },
  without: { summary: 'Of files that name no district', value: { state: 'Delhi', market: ALIAS_MARKET } },
};

export const VENDOR_PATHS: Paths = {
  '/api/vendors': {
    post: {
      operationId: 'createVendor',
      tags: ['vendors'],
      summary: 'Make a vendor',
      security: ADMIN,
      parameters: parameters('IdempotencyKey'),
      requestBody: jsonBody('CreateVendor', {
        hindi: { summary: 'A trader in Delhi, with an id of the caller’s choice', value: CREATE_VENDOR },
        tamil: { summary: 'A trader in Chennai; the id is made up', value: CREATE_VENDOR_TAMIL },
        smallest: { summary: 'Only what is needed', value: { name: 'Ravi Traders' } },
      }),
      responses: {
        201: answer('The vendor', 'Vendor', { value: ASHA }, 'ETag', 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorExists', 'Unavailable'),
      },
    },
  },

  '/api/vendors/{id}': {
    get: {
      operationId: 'getVendor',
      tags: ['vendors'],
      summary: 'Read a vendor',
      security: ANYBODY,
      parameters: parameters('VendorId', 'Language', 'AsOf', 'IfNoneMatch'),
      responses: {
        200: answer('The vendor', 'NamedVendor', { value: ASHA }, 'ETag', 'Cache-Control'),
        304: notModified('ETag'),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'VendorNotFound', 'EventsDropped'),
      },
    },
    patch: {
      operationId: 'updateVendor',
      tags: ['vendors'],
      summary: 'Change fields of a vendor',
      description: 'If nothing differs, the version stays.',
      security: OWNER,
      parameters: parameters('VendorId', 'IfMatch', 'IdempotencyKey'),
      requestBody: jsonBody('UpdateVendor', {
        moved: { summary: 'Another market', value: { market: 'Ghazipur', district: 'East Delhi' } },
        named: { summary: 'A name in Urdu', value: { names: { ur: 'آشا سبزیاں' }, languages: ['hi', 'ur'] } },
        cleared: { summary: 'A field emptied', value: { district: null } },
      }),
      responses: {
        200: answer(
          'The vendor as it is now',
          'Vendor',
          { value: { ...ASHA, market: 'Ghazipur', district: 'East Delhi', version: 2 } },
          'ETag',
          'Idempotency-Replayed',
        ),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorNotFound', 'VersionMismatch', 'Unavailable'),
      },
    },
  },

  '/api/vendors/{id}/stats': {
    get: {
      operationId: 'getVendorStats',
      tags: ['vendors'],
      summary: 'A vendor’s inventory in numbers',
      description: 'Counts as a request for each 500 products of the vendor.',
      security: ANYBODY,
      parameters: parameters('VendorId'),
      responses: {
        200: answer('The numbers', 'VendorStats', { value: ASHA_STATS }),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'VendorNotFound'),
      },
    },
  },

  '/api/vendors/{id}/aliases': {
    get: {
      operationId: 'listVendorAliases',
      tags: ['vendors'],
      summary: 'Names under which imports mean a vendor',
      description: 'Those that were given; a vendor that imports have made has its market’s name without an alias.',
      security: ADMIN,
      parameters: parameters('VendorId'),
      responses: {
        200: answer('The aliases', 'VendorAliases', { value: { aliases: [ASHA_ALIAS] } }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'VendorNotFound'),
      },
    },
    post: {
      operationId: 'addVendorAlias',
      tags: ['vendors'],
      summary: 'Let later imports mean this vendor by the names of a market',
      description:
        'Also where imports have made another vendor of that market: its products stay, and get no more prices. Names ' +
        'are compared as those in files are: case, white space, punctuation at the ends and `APMC` are of no account.',
      security: ADMIN,
      parameters: parameters('VendorId', 'IdempotencyKey'),
      requestBody: jsonBody('VendorAliasNames', ALIAS_NAMES),
      responses: {
        200: answer('It was there', 'VendorAlias', { value: ASHA_ALIAS }, 'Idempotency-Replayed'),
        201: answer('The alias', 'VendorAlias', { value: ASHA_ALIAS }, 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorNotFound', 'AliasTaken', 'Unavailable'),
      },
    },
    delete: {
      operationId: 'removeVendorAlias',
      tags: ['vendors'],
      summary: 'Take an alias away',
      description:
        'Later imports then mean by these names the vendor that they meant before. Nothing if there is none.',
      security: ADMIN,
      parameters: parameters('VendorId', 'IdempotencyKey'),
      requestBody: jsonBody('VendorAliasNames', ALIAS_NAMES),
      responses: {
        204: noContent('It is gone'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorNotFound', 'Unavailable'),
      },
    },
  },

  '/api/vendors/{id}/inventory': {
    put: {
      operationId: 'upsertInventory',
      tags: ['vendors'],
      summary: 'Create or update products by sku',
      description:
        'One result per item, in order. Items that can be used take effect; the others are `rejected`, each by itself, with ' +
        'the field at fault and a reason. ' +
        'Products that are not named stay as they are.',
      security: OWNER,
      parameters: parameters('VendorId', 'IdempotencyKey'),
      requestBody: jsonBody('UpsertInventory', ITEMS),
      responses: {
        200: answer(
          'What became of each item',
          'UpsertInventoryResults',
          {
            value: {
              results: [
                { sku: 'ONION-RED-1', productId: ONION_ID, status: 'updated', version: 2 },
                {
                  sku: 'NEW-1',
                  productId: null,
                  status: 'rejected',
                  version: null,
                  reason: 'A new product needs name, category',
                  field: 'name',
                },
              ],
            },
          },
          'Idempotency-Replayed',
        ),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorNotFound', 'UnavailableForWrites'),
      },
    },
  },
};
