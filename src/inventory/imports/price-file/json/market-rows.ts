import { RefusedCell } from '../cells/refused-cell.js';
import { CELL_AT, cellsOf, headingOfMember, isJsonObject, type JsonObject, textOf } from './json-cells.js';

/** A row that is to become a report, or why it can't. */
export type MarketRow = { cells: string[] } | { reason: string };

/**
 * The rows of a market in the portal's market report: `{marketName, commodities: [{commodityName, data: [{variety,
 * …}]}]}`. A commodity without data says that the market was open and nothing of it was sold: that is no row.
 */
export function* marketRows(text: string): Generator<MarketRow, void, void> {
  const market = parsed(text);
  if (!isJsonObject(market)) {
    yield { reason: 'the market is not valid JSON' };
    return;
  }
  const place = placeOf(market);
  for (const commodity of listOf(market.commodities)) {
    const rows = isJsonObject(commodity) ? listOf(commodity.data) : [commodity];
    for (const row of rows) yield rowOf(place, commodity, row);
  }
}

function rowOf(place: Place, commodity: unknown, row: unknown): MarketRow {
  if (place instanceof RefusedCell) return { reason: place.message };
  if (!isJsonObject(commodity) || !isJsonObject(row)) return { reason: 'is not an object' };
  try {
    // What stands in the row itself counts least for where and what it is.
    const cells = cellsOf(row);
    cells[CELL_AT.market] = place.market;
    cells[CELL_AT.district] ||= place.district;
    cells[CELL_AT.commodity] = memberOf(commodity, 'commodity');
    return { cells };
  } catch (error) {
    if (error instanceof RefusedCell) return { reason: error.message };
    throw error;
  }
}

type Place = { market: string; district: string } | RefusedCell;

function placeOf(market: JsonObject): Place {
  try {
    return { market: memberOf(market, 'market'), district: memberOf(market, 'district') };
  } catch (error) {
    if (error instanceof RefusedCell) return error;
    throw error;
  }
}

function memberOf(object: JsonObject, field: 'market' | 'district' | 'commodity'): string {
  const found = Object.entries(object).find(([name]) => headingOfMember(name).field === field);
  return found ? textOf(...found) : '';
}

/** A market without commodities may have `null` for them. */
const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
