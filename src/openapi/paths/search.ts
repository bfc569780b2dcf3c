import type { FoundProducts, FoundVendor, Interpretation, Page, Suggestion } from '../../contracts/index.js';
import { answer, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ANYBODY } from '../components/security.js';
import { EPOCH } from '../examples/events.js';
import { FOUND_ONION } from '../examples/products.js';
import { FOUND_ASHA } from '../examples/vendors.js';
import type { Paths } from '../types.js';

const page = <Item>(items: Item[]): Page<Item> => ({ items, nextCursor: null, epoch: EPOCH, position: 1041 });
const interpretation = (q: string): Interpretation => ({ kind: 'exact', q, dropped: [], corrected: [], place: null });
const PRODUCTS: FoundProducts = { ...page([FOUND_ONION]), interpretation: interpretation('प्याज') };
const LOOSENED: FoundProducts = {
  ...page([FOUND_ONION]),
  interpretation: {
    kind: 'loosened',
    q: 'onion',
    dropped: ['price'],
    corrected: [{ from: 'oinon', to: 'onion' }],
    place: null,
  },
};
const VENDORS: Page<FoundVendor> = page([FOUND_ASHA]);
const NOTHING = { summary: 'Nothing found', value: page([]) };

const SUGGESTED: { suggestions: Suggestion[] } = {
  suggestions: [{ commodity: 'onion', text: 'onion', displayName: 'Onion', products: 1134 }],
};

const CURRENT =
  'Served from a cache that no acknowledged change is missing from. `epoch` and `position` say where in the event log ' +
  'the page stands: a client that subscribes from there misses nothing.';

export const SEARCH_PATHS: Paths = {
  '/api/products/search': {
    get: {
      operationId: 'searchProducts',
      tags: ['search'],
      summary: 'Find products by words, place, price and availability',
      description:
        `${CURRENT} \`asOf\` that position finds the same again, of a text only what it means as typed, unless the page ` +
        'is `unsettled`.',
      security: ANYBODY,
      parameters: parameters(
        'Text',
        'Language',
        'Category',
        'OfVendor',
        'State',
        'District',
        'Market',
        'Per',
        'Currency',
        'MinPrice',
        'MaxPrice',
        'Availability',
        'Sort',
        'Exact',
        'Facets',
        'AsOf',
        'PageLimit',
        'ProductCursor',
        'IfNoneMatch',
      ),
      responses: {
        200: answer(
          'A page of products',
          'ProductPage',
          {
            found: { summary: 'With `lang=hi`', value: PRODUCTS },
            loosened: { summary: 'Of `oinon price`', value: LOOSENED },
            nothing: { ...NOTHING, value: { ...NOTHING.value, interpretation: interpretation('') } },
          },
          'Page-ETag',
          'X-Cache',
          'Vary',
          'Cache-Control',
        ),
        304: notModified('Page-ETag', 'X-Cache', 'Vary', 'Cache-Control'),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'EventsDropped'),
      },
    },
  },

  '/api/products/suggest': {
    get: {
      operationId: 'suggestProducts',
      tags: ['search'],
      summary: 'Goods that a half-typed text may mean',
      description: 'As one types: names that begin so in any language and script, those with the most products first.',
      security: ANYBODY,
      parameters: parameters('HalfTyped', 'Language', 'SuggestionLimit'),
      responses: {
        200: answer(
          'Suggestions, the best first',
          'Suggestions',
          { found: { summary: 'Of `oni`', value: SUGGESTED } },
          'Vary',
        ),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },

  '/api/vendors/search': {
    get: {
      operationId: 'searchVendors',
      tags: ['search'],
      summary: 'Find vendors by words, place and what they sell',
      description:
        `${CURRENT} If nothing fits the text, its words for places are looked for as places, however they are ` +
        'spelled, and the others as text.',
      security: ANYBODY,
      parameters: parameters(
        'Text',
        'Language',
        'State',
        'District',
        'Market',
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
          'Vary',
        ),
        304: notModified('Page-ETag', 'X-Cache', 'Vary'),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },
};
