import type { ImportSummary } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';

export const HEADER = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';

/** One line of a price file. */
export function priceLine(fields: {
  market?: string;
  commodity?: string;
  variety?: string;
  grade?: string;
  date?: string;
  price?: number | string;
}): string {
  const { market = 'Azadpur', commodity = 'Onion', variety = 'Red', grade = 'FAQ' } = fields;
  const { date = '01/02/2026', price = 2400 } = fields;
  return `Delhi,North Delhi,${market},${commodity},${variety},${grade},${date},1,99999,${price}`;
}

export const importCsv = (app: TestApp, csv: string | Uint8Array, contentType = 'text/csv') =>
  app.request<ImportSummary>('POST', '/api/imports/agmarknet', csv, { 'content-type': contentType });
