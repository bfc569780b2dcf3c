import type { Product, Vendor } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';

let serial = 0;

/** A vendor through the API. */
export async function createVendor(app: TestApp, fields: Record<string, unknown> = {}): Promise<Vendor> {
  serial += 1;
  const { status, body } = await app.request<Vendor>('POST', '/api/vendors', { name: `Vendor ${serial}`, ...fields });
  if (status !== 201) throw new Error(`vendor not created: ${JSON.stringify(body)}`);
  return body;
}

/** A product through the API; makes a vendor for it unless one is given. */
export async function createProduct(app: TestApp, fields: Record<string, unknown> = {}): Promise<Product> {
  serial += 1;
  const vendorId = fields.vendorId ?? (await createVendor(app)).id;
  const { status, body } = await app.request<Product>('POST', '/api/products', {
    vendorId,
    name: `Product ${serial}`,
    category: 'vegetables',
    basePrice: 100,
    ...fields,
  });
  if (status !== 201) throw new Error(`product not created: ${JSON.stringify(body)}`);
  return body;
}
