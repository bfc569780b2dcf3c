import type { Product, Vendor } from '../../../src/contracts/index.js';
import { type HttpClient } from './http-client.js';

const VENDORS = 2;
const CATEGORIES = 3;
const PER_CATEGORY = 4;

/** What a load plays with: these products stay where they are, only their price and availability change. */
export interface Catalogue {
  vendorIds: string[];
  categories: string[];
  products: Product[];
  /** For products that come and go. */
  churn: string;
}

let serial = 0;

/** A catalogue of its own for each load. */
export async function createCatalogue(client: HttpClient, url: string): Promise<Catalogue> {
  serial += 1;
  const post = async <Body>(path: string, body: unknown): Promise<Body> => {
    const answer = await client.send<Body>('POST', `${url}${path}`, { body });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const run = `${process.pid}-${serial}`;
  const categories = Array.from({ length: CATEGORIES }, (_none, index) => `category-${run}-${index}`);
  const vendorIds: string[] = [];
  const products: Product[] = [];
  for (let vendor = 0; vendor < VENDORS; vendor += 1) {
    const { id: vendorId } = await post<Vendor>('/api/vendors', { name: `Vendor ${run} ${vendor}` });
    vendorIds.push(vendorId);
    for (const category of categories) {
      for (let index = 0; index < PER_CATEGORY; index += 1) {
        const body = { vendorId, name: `Onion ${index}`, names: { hi: 'प्याज' }, category, basePrice: 9_000_000 };
        products.push(await post<Product>('/api/products', body));
      }
    }
  }
  return { vendorIds, categories, products, churn: `churn-${run}` };
}
