import { answer, notModified } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ANYBODY, OWNER } from '../components/security.js';
import { MOVERS, ONION_SERIES, SERIES_COMMODITIES, STOCK_INSIGHTS, VENDOR_INSIGHTS } from '../examples/series.js';
import type { Paths } from '../types.js';

export const SERIES_PATHS: Paths = {
  '/api/series/prices': {
    get: {
      operationId: 'getPriceSeries',
      tags: ['series'],
      summary: 'What a commodity has cost, by day, week or month',
      description:
        'Of the prices that markets have reported, of `commodity` or of `productId`, one of which is needed. Nothing is made up: ' +
        'a day without reports is no point, and a report of a unit or currency that isn’t comparable is left out. Days of a ' +
        'commodity in a state or the whole country are kept ready; any other series counts as a request for each 500 reports.',
      security: ANYBODY,
      parameters: parameters(
        'SeriesCommodity',
        'OfProduct',
        'State',
        'District',
        'Market',
        'Variety',
        'SeriesFrom',
        'SeriesTo',
        'Bucket',
        'SeriesUnit',
        'SeriesCurrency',
        'Revisions',
        'IfNoneMatch',
      ),
      responses: {
        200: answer('The series', 'PriceSeries', { value: ONION_SERIES }, 'Series-ETag'),
        304: notModified('Series-ETag'),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },

  '/api/series/movers': {
    get: {
      operationId: 'getMovers',
      tags: ['series'],
      summary: 'What has changed most',
      description:
        'The largest changes of the price per quintal, between the newest day and one a `window` before, or up to six days more if ' +
        'that day has too few reports. Only what the same markets have reported of the same products on both days is compared: an ' +
        'average of other markets is no change. A day counts if at least three markets have reported the commodity, and a quarter ' +
        'of as many as on the best of the last 14 days.',
      security: ANYBODY,
      parameters: parameters('MoverWindow', 'State', 'Category', 'MoverLimit'),
      responses: {
        200: answer('Changes', 'Movers', { value: MOVERS }),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },

  '/api/insights/stock': {
    get: {
      operationId: 'getStockInsights',
      tags: ['series'],
      summary: 'What there is of each category in each state, and how much changes',
      description: 'Counted once a second at most.',
      security: ANYBODY,
      parameters: parameters('Category', 'State'),
      responses: {
        200: answer('By category and state', 'StockInsights', { value: STOCK_INSIGHTS }),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },

  '/api/vendors/{id}/insights': {
    get: {
      operationId: 'getVendorInsights',
      tags: ['series'],
      summary: 'A vendor’s view of its own products',
      description:
        'How old their prices are, what is out of stock, and how prices compare with the median that markets of the vendor’s state ' +
        'have reported of the commodity. For the vendor itself and admins. Counts as a request for each 500 products.',
      security: OWNER,
      parameters: parameters('VendorId'),
      responses: {
        200: answer('The view', 'VendorInsights', { value: VENDOR_INSIGHTS }),
        ...problems(...ANY_REQUEST, 'InvalidRequest', 'Forbidden', 'VendorNotFound'),
      },
    },
  },

  '/api/series/commodities': {
    get: {
      operationId: 'listSeriesCommodities',
      tags: ['series'],
      summary: 'Commodities of which prices have been reported',
      description: 'In all, or in one state: those of most markets first.',
      security: ANYBODY,
      parameters: parameters('State'),
      responses: {
        200: answer('Commodities', 'SeriesCommodities', { value: SERIES_COMMODITIES }),
        ...problems(...ANY_REQUEST, 'InvalidRequest'),
      },
    },
  },
};
