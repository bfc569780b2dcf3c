import { AVAILABILITIES, type Availability } from './demo-market.js';
import { isRecord, requestJson, type Server } from './http-client.js';
import { CliError } from './run-cli.js';

export interface DemoProduct {
  readonly id: string;
  readonly name: string;
  readonly market: string;
  /** Rupees, when the demo began. */
  readonly startPrice: number;
  price: number;
  availability: Availability;
}

const MAX_PRODUCTS = 2000;
const PAGE_SIZE = 100;

/** The first products the search lists, page by page. @throws CliError when there are none. */
export async function loadProducts(server: Server): Promise<DemoProduct[]> {
  const products = new Map<string, DemoProduct>();
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(cursor === undefined ? {} : { cursor }) });
    const page = await requestJson(server, 'GET', `/api/products/search?${query.toString()}`);
    if (!isRecord(page) || !Array.isArray(page.items)) {
      throw new CliError(`${server.url} answered no page of products: is it another program?`);
    }
    for (const item of page.items) {
      const product = toProduct(item);
      if (product !== undefined) products.set(product.id, product);
    }
    const next = page.items.length > 0 && typeof page.nextCursor === 'string' ? page.nextCursor : undefined;
    cursor = next === cursor ? undefined : next;
  } while (cursor !== undefined && products.size < MAX_PRODUCTS);

  if (products.size === 0) {
    throw new CliError(`The server at ${server.url} has no products yet: import a price file first (npm run import)`);
  }
  return [...products.values()];
}

function toProduct(item: unknown): DemoProduct | undefined {
  if (!isRecord(item) || typeof item.id !== 'string' || typeof item.basePrice !== 'number') return undefined;
  // The demo moves prices by shares of themselves: one of zero would stay there.
  if (item.basePrice <= 0) return undefined;
  const vendor = isRecord(item.vendor) ? item.vendor : {};
  const market = [vendor.market, vendor.name].find((text) => typeof text === 'string' && text !== '');
  return {
    id: item.id,
    name: typeof item.name === 'string' ? item.name : item.id,
    market: typeof market === 'string' ? market : '',
    startPrice: item.basePrice,
    price: item.basePrice,
    availability: AVAILABILITIES.find((known) => known === item.availability) ?? 'available',
  };
}
