import type { TestApp } from './app.js';
import { createProduct } from './builders.js';
import { waitFor } from './processes.js';

/** Until the product has pages in the cache, and its cache and bus are whole. */
export async function redisInUse(app: TestApp): Promise<void> {
  const { vendorId } = await createProduct(app);
  const search = () => app.request('GET', `/api/products/search?vendorId=${vendorId}`);
  await waitFor(async () => (await search()).headers.get('x-cache') === 'HIT', { what: 'a cached page' });
  const isWhole = async (): Promise<boolean> =>
    (await app.request<{ status: string }>('GET', '/health')).body.status === 'ok';
  await waitFor(isWhole, { what: 'cache and bus' });
}
