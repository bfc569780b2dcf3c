import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Product } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { reportOf, skuOf } from '../../src/inventory/imports/agmarknet-catalogue.js';
import { vendorIdOf } from '../../src/inventory/imports/market-identity/market-id.js';
import { openPriceFile } from '../../src/inventory/imports/price-file/price-file.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { pick, randomOf } from './random.js';

export interface Catalogue {
  products: Product[];
  stateOfVendor: Map<string, string>;
}

/** Of the events, which only their changes matter of. */
export const ORIGIN = { actor: { kind: 'import', id: '' }, cause: {}, correlationId: '' } as const;

/** Products as the import would make them, from an Agmarknet file or, without one, from a generated day of prices. */
export async function loadCatalogue(file: string | undefined): Promise<Catalogue> {
  const input = file === undefined ? Readable.from([Buffer.from(generatedDay())]) : createReadStream(file);
  const rows = [];
  const { batches } = await openPriceFile(input);
  for await (const lines of batches) rows.push(...lines.flatMap((line) => ('report' in line ? line.report : [])));
  const stateOfVendor = new Map(rows.map((row) => [vendorIdOf(row), row.state]));
  const set = new WorkingSet([], new Set(stateOfVendor.keys()));
  rows.forEach((row, index) => {
    const command = reportOf(row, { vendorId: vendorIdOf(row), sku: skuOf(row) }, 'agmarknet');
    const occurredAt = new Date(index).toISOString();
    // Later than any day of a file.
    decide(command, set, { origin: ORIGIN, region: '', occurredAt, marketDay: '2100-01-01' });
  });
  return { products: set.changed().map(({ current }) => current!), stateOfVendor };
}

/** About as many markets and products as a real week has. */
function generatedDay(): string {
  const random = randomOf(7);
  const names = entries.flatMap(({ portal }) => portal);
  const lines = ['State,District,Market,Commodity,Variety,Grade,Arrival_Date,Modal Price'];
  for (let market = 0; market < 1_300; market += 1) {
    for (let row = 0; row < 9; row += 1) {
      const commodity = pick(names, random).replaceAll('"', '');
      const price = Math.round(10 ** (2.7 + 2 * random()));
      lines.push(`State ${market % 28},District,Market ${market},"${commodity}",Other,FAQ,2023-07-27,${price}`);
    }
  }
  return lines.join('\n');
}
