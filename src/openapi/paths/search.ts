import type { FoundProduct, FoundVendor, Page } from '../../contracts/index.js';
import { answer, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ANYBODY } from '../components/security.js';
import { EPOCH } from '../examples/events.js';
import { FOUND_ONION } from '../examples/products.js';
import { FOUND_ASHA } from '../examples/vendors.js';
import type { Paths } from '../types.js';

const page = <Item>(items: Item[]): Page<Item> => ({ items, nextCursor: null, epoch: EPOCH, position: 1041 });
const PRODUCTS: Page<FoundProduct> = page([FOUND_ONION]);
const VENDORS: Page<FoundVendor> = page([FOUND_ASHA]);
const NOTHING = { summary: 'Nothing found', value: page([]) };

const CURRENT =
  'Served from a cache that no acknowledged change is missing from. `epoch` and `position` say where in the event log ' +
  'the page stands: a client that subscribes from there misses nothing.';

export const SEARCH_PATHS: Paths = {
  '/api/products/search': {
    get: {
      operationId: 'searchProducts',
      tags: ['search'],
      summary: 'Find products by words, place, price and availability',
      description: CURRENT,
      security: ANYBODY,
      parameters: parameters(
        'Text',
        'Language',
        'Category',
        'OfVendor',
        'State',
        'District',
        'MinPrice',
        'MaxPrice',
        'Availability',
        'Sort',
        'PageLimit',
        'ProductCursor',
        'IfNoneMatch',
      ),
      responses: {
        200: answer(
          'A page of products',
          'ProductPage',
          { found: { summary: 'With `lang=hi`', value: PRODUCTS }, nothing: NOTHING },
          'Page-ETag',
          'X-Cache',
        ),
        304: notModified('Page-ETag', 'X-Cache'),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },

  '/api/vendors/search': {
    get: {
      operationId: 'searchVendors',
      tags: ['search'],
      summary: 'Find vendors by words, place and what they sell',
      description: CURRENT,
      security: ANYBODY,
      parameters: parameters(
        'Text',
        'Language',
        'State',
        'District',
        'Category',
        'PageLimit',
        'VendorCursor',
        'IfNoneMatch',
      ),
      responses: {
        200: answer(
          'A page of vendors',
          'VendorPage',
          { found: { summary: 'One vendor', value: VENDORS }, nothing: NOTHING },
          'Page-ETag',
          'X-Cache',
        ),
        304: notModified('Page-ETag', 'X-Cache'),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },
};
