import { answer, jsonBody, noContent, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_BODY, ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ANYBODY, OWNER } from '../components/security.js';
import { AS_OF, ONION_CREATED, ONION_DEARER, ONION_PRICES } from '../examples/events.js';
import { CREATE_ONION, DEARER_ONION, ONION, ONION_ID, SCARCE_ONION, TURMERIC_ID } from '../examples/products.js';
import { VENDOR_ID } from '../examples/vendors.js';
import type { Paths } from '../types.js';

const VISIBLE =
  'Once this is answered, no search on any instance misses the change, and its events are in the log for good.';

export const PRODUCT_PATHS: Paths = {
  '/api/products': {
    post: {
      operationId: 'createProduct',
      tags: ['products'],
      summary: 'Add a product to a vendor’s inventory',
      description: VISIBLE,
      security: OWNER,
      parameters: parameters('IdempotencyKey'),
      requestBody: jsonBody('CreateProduct', {
        onion: { summary: 'Onions, named in five languages', value: CREATE_ONION },
        rice: {
          summary: 'Basmati, by the quintal',
          value: {
            vendorId: VENDOR_ID,
            name: 'बासमती चावल',
            names: { en: 'Basmati rice', gu: 'બાસમતી ચોખા' },
            category: 'cereals',
            unit: 'quintal',
            basePrice: 8450,
          },
        },
        smallest: {
          summary: 'Only what is needed',
          value: { vendorId: VENDOR_ID, name: 'Coriander', category: 'leafy-vegetables', basePrice: 0.5 },
        },
      }),
      responses: {
        201: answer('The product', 'Product', { value: ONION }, 'ETag', 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'VendorNotFound', 'DuplicateSku', 'UnavailableForWrites'),
      },
    },
  },

  '/api/products/{id}': {
    get: {
      operationId: 'getProduct',
      tags: ['products'],
      summary: 'Read a product',
      security: ANYBODY,
      parameters: parameters('ProductId', 'Language', 'AsOf', 'IfNoneMatch'),
      responses: {
        200: answer(
          'The product',
          'NamedProduct',
          {
            plain: { summary: 'As it is', value: ONION },
            named: { summary: 'With `lang=hi`', value: { ...ONION, displayName: 'प्याज' } },
            past: { summary: 'With `asOf`', value: { ...ONION, position: AS_OF, knownAt: ONION.updatedAt } },
          },
          'ETag',
          'Cache-Control',
        ),
        304: notModified('ETag'),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'ProductNotFound', 'EventsDropped'),
      },
    },
    patch: {
      operationId: 'updateProduct',
      tags: ['products'],
      summary: 'Change fields of a product',
      description:
        `${VISIBLE} One event per kind of change: \`price_changed\`, \`availability_changed\`, and \`product_updated\` ` +
        'for all other fields. If nothing differs, the version stays and there is no event.',
      security: OWNER,
      parameters: parameters('ProductId', 'IfMatch', 'IdempotencyKey'),
      requestBody: jsonBody('UpdateProduct', {
        price: { summary: 'Another price', value: { basePrice: 31 } },
        several: { summary: 'Two kinds of change', value: { basePrice: 29.75, availability: 'limited' } },
        named: { summary: 'Named in Kannada and Odia', value: { names: { kn: 'ಈರುಳ್ಳಿ', or: 'ପିଆଜ' } } },
        cleared: { summary: 'A field emptied', value: { description: null } },
      }),
      responses: {
        200: answer('The product as it is now', 'Product', { value: DEARER_ONION }, 'ETag', 'Idempotency-Replayed'),
        ...problems(
          ...ANY_BODY,
          ...ANY_WRITE,
          'ProductNotFound',
          'DuplicateSku',
          'VersionMismatch',
          'UnavailableForWrites',
        ),
      },
    },
    delete: {
      operationId: 'deleteProduct',
      tags: ['products'],
      summary: 'Take a product out of the inventory',
      description: `${VISIBLE} Its history stays.`,
      security: OWNER,
      parameters: parameters('ProductId', 'IfMatch', 'IdempotencyKey'),
      responses: {
        204: noContent('It is gone'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'ProductNotFound', 'VersionMismatch', 'UnavailableForWrites'),
      },
    },
  },

  '/api/products/{id}/availability': {
    put: {
      operationId: 'setAvailability',
      tags: ['products'],
      summary: 'Say whether a product is there',
      description: VISIBLE,
      security: OWNER,
      parameters: parameters('ProductId', 'IfMatch', 'IdempotencyKey'),
      requestBody: jsonBody('SetAvailability', {
        limited: { summary: 'Little is left', value: { availability: 'limited' } },
        gone: { summary: 'Nothing is left', value: { availability: 'out_of_stock' } },
        back: { summary: 'It is there', value: { availability: 'available' } },
      }),
      responses: {
        200: answer('The product as it is now', 'Product', { value: SCARCE_ONION }, 'ETag', 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'ProductNotFound', 'VersionMismatch', 'UnavailableForWrites'),
      },
    },
  },

  '/api/products/bulk-availability': {
    post: {
      operationId: 'setAvailabilities',
      tags: ['products'],
      summary: 'The same for up to 1,000 products',
      description:
        `${VISIBLE} One result per update, in order. Those that can be done are done; one that is not valid is ` +
        '`rejected` by itself, with the field at fault and a reason. ' +
        'A vendor may send `ITEM_RATE_LIMIT` updates and items a minute (20,000): 429 beyond.',
      security: OWNER,
      parameters: parameters('IdempotencyKey'),
      requestBody: jsonBody('BulkAvailability', {
        evening: {
          summary: 'At the end of the day',
          value: {
            updates: [
              { productId: ONION_ID, availability: 'out_of_stock' },
              { productId: TURMERIC_ID, availability: 'available' },
            ],
          },
        },
        unknown: {
          summary: 'One that is not there',
          value: { updates: [{ productId: 'prd_unknown', availability: 'limited' }] },
        },
      }),
      responses: {
        200: answer(
          'What became of each update',
          'BulkAvailabilityResults',
          {
            value: {
              results: [
                { productId: ONION_ID, status: 'updated', version: 2 },
                { productId: TURMERIC_ID, status: 'unchanged', version: 1 },
                { productId: 'prd_unknown', status: 'not_found' },
              ],
            },
          },
          'Idempotency-Replayed',
        ),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'UnavailableForWrites'),
      },
    },
  },

  '/api/products/{id}/history': {
    get: {
      operationId: 'getProductHistory',
      tags: ['products'],
      summary: 'All that has happened to a product, in order',
      description: 'Also of a product that is gone. Goes on from `nextAfter`, until no more events come.',
      security: ANYBODY,
      parameters: parameters('ProductId', 'After', 'EventLimit'),
      responses: {
        200: answer('Its events', 'ProductHistory', {
          value: { events: [ONION_CREATED, ONION_DEARER], nextAfter: ONION_DEARER.position },
        }),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'ProductNotFound', 'EventsDropped'),
      },
    },
  },

  '/api/products/{id}/prices': {
    get: {
      operationId: 'getProductPrices',
      tags: ['products'],
      summary: 'Prices by market day, as price files have reported them',
      description:
        'Newest day first, one item for each day: the report that came last. Also of a product that is gone. ' +
        'What its vendor sets is no report: see the history. With `asOf`, reports and revisions that came later are left out.',
      security: ANYBODY,
      parameters: parameters('ProductId', 'FromDay', 'ToDay', 'DayLimit', 'DayCursor', 'AsOf'),
      responses: {
        200: answer('Prices', 'MarketPricesPage', { value: ONION_PRICES }, 'Cache-Control'),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'ProductNotFound', 'EventsDropped'),
      },
    },
  },
};
