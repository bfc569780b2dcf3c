import type { ImportSummary } from '../../../src/contracts/index.js';
import { HEADER } from '../agmarknet.js';
import type { TestApp } from '../app.js';
import { type Commodity, commodities, type Market, markets, queries } from './table.js';

/** Reports of the week for each product: the commonest good has some 60 products, most have one. */
const REPORTS_A_PRODUCT = 20;

/** So that no two goods are in the same markets. Prime to the number of markets. */
const STEP = 29;

/** A price file with every commodity of the week in some markets, and what queries look for where they look for it. */
export function weekOfPrices(): string {
  const places = markets();
  const goods = commodities();
  const rows = goods.flatMap((good, at) => {
    const count = Math.max(1, Math.round(good.reports / REPORTS_A_PRODUCT));
    return Array.from({ length: count }, (_none, i) => row(good, places[(at + i * STEP) % places.length]!, i));
  });
  const wanted = queries().flatMap(({ goods: slugs, place }) =>
    place === undefined
      ? []
      : slugs.map((slug) =>
          row(
            goods.find((one) => one.slug === slug)!,
            places.find((one) => isIn(one, place))!,
            0,
          ),
        ),
  );
  return [HEADER, ...new Set([...rows, ...wanted])].join('\n');
}

export const isIn = (market: Market, place: string): boolean => Object.values(market).includes(place);

function row({ commodity, varieties }: Commodity, { market, district, state }: Market, i: number): string {
  const cells = [state, district, market, commodity, varieties[i % varieties.length]!, 'FAQ', '01/08/2023'];
  return [...cells, 900, 1100, 1000].map((cell) => (/[",]/.test(`${cell}`) ? `"${cell}"` : cell)).join(',');
}

/** @param file a price file in place of the made-up one; rows that can't be taken are let go */
export async function importWeek(app: TestApp, file?: string): Promise<ImportSummary> {
  const csv = { 'content-type': 'text/csv' };
  const { status, body } = await app.request<ImportSummary>(
    'POST',
    '/api/imports/agmarknet',
    file ?? weekOfPrices(),
    csv,
  );
  if (status !== 200 || (file === undefined && body.rejected > 0))
    throw new Error(`the week was not taken in: ${JSON.stringify(body)}`);
  return body;
}
