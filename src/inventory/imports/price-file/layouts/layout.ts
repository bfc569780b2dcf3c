import type { PriceFileLayout } from '../../../../contracts/index.js';
import type { Field } from './headings.js';

/** How a kind of price file says what a report has: docs/price-files.md shows an example of each. */
export interface Layout {
  name: PriceFileLayout;
  /** Whose columns are this layout's: what a header must have to be recognised. */
  needs: readonly Field[];
  /** Which column has the day. */
  day: 'arrivalDate' | 'priceDate' | 'createdAt';
  /** Whether it has districts, which must not be empty then. */
  districts: boolean;
  /** What a price is for if neither the row nor the heading says so; null if one of them has to. */
  unit: string | null;
  /** Whether arrivals are counted in the unit of the price. */
  arrivalsInPriceUnit: boolean;
}

const PLACE = ['state', 'district', 'market'] as const;
const PRODUCT = ['commodity', 'variety', 'grade'] as const;

/** The portal's file until November 2025; minimum and maximum may be missing. */
export const AGMARKNET: Layout = {
  name: 'agmarknet',
  needs: [...PLACE, ...PRODUCT, 'arrivalDate', 'modal'],
  day: 'arrivalDate',
  districts: true,
  unit: 'quintal',
  arrivalsInPriceUnit: false,
};

export const PRICE_REPORT: Layout = {
  name: 'agmarknet2-price-report',
  needs: [...PLACE, ...PRODUCT, 'modal', 'unit', 'priceDate'],
  day: 'priceDate',
  districts: true,
  unit: null,
  arrivalsInPriceUnit: false,
};

export const ARRIVAL_REPORT: Layout = {
  name: 'agmarknet2-arrival-report',
  needs: [...PLACE, ...PRODUCT, 'modal', 'unit', 'arrivals', 'arrivalUnit', 'arrivalDate'],
  day: 'arrivalDate',
  districts: true,
  unit: null,
  arrivalsInPriceUnit: false,
};

/** Earlier resources of data.gov.in have no grade. */
export const DATA_GOV_IN_CSV: Layout = {
  ...AGMARKNET,
  name: 'data-gov-in-csv',
  needs: [...PLACE, 'commodity', 'variety', 'arrivalDate', 'modal'],
};

export const DATA_GOV_IN_JSON: Layout = {
  ...AGMARKNET,
  name: 'data-gov-in-json',
  needs: ['market', 'commodity', 'arrivalDate', 'modal'],
};

/** The portal's tables of one state, whose name stands above them on the page. */
export const PORTAL_TABLE: Layout = {
  name: 'portal-table',
  needs: ['district', 'market', 'commodity', 'variety', 'priceDate', 'modal'],
  day: 'priceDate',
  districts: true,
  unit: 'quintal',
  arrivalsInPriceUnit: false,
};

/** No districts, and one day for all rows. */
export const MARKET_REPORT_JSON: Layout = {
  name: 'market-report-json',
  needs: [],
  day: 'priceDate',
  districts: false,
  unit: 'quintal',
  arrivalsInPriceUnit: false,
};

/** No districts, varieties and grades. */
export const ENAM_JSON: Layout = {
  name: 'enam-json',
  needs: ['market', 'commodity', 'modal', 'unit', 'createdAt'],
  day: 'createdAt',
  districts: false,
  unit: null,
  arrivalsInPriceUnit: true,
};

/** In the order in which a header is compared with them: the richer ones first. */
export const CSV_LAYOUTS: readonly Layout[] = [ARRIVAL_REPORT, PRICE_REPORT, DATA_GOV_IN_CSV, AGMARKNET, PORTAL_TABLE];
