import { answer, jsonBody, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_BODY, ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN, ANYBODY, OWNER } from '../components/security.js';
import { ONION_ID } from '../examples/products.js';
import { ASHA, ASHA_STATS, CREATE_VENDOR, CREATE_VENDOR_TAMIL } from '../examples/vendors.js';
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
      parameters: parameters('VendorId', 'Language', 'IfNoneMatch'),
      responses: {
        200: answer('The vendor', 'NamedVendor', { value: ASHA }, 'ETag'),
        304: notModified('ETag'),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'VendorNotFound'),
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
      security: ANYBODY,
      parameters: parameters('VendorId'),
      responses: {
        200: answer('The numbers', 'VendorStats', { value: ASHA_STATS }),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'VendorNotFound'),
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
