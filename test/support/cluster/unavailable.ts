import { expect } from '@jest/globals';
import { waitFor } from '../processes.js';
import type { Cluster } from './cluster.js';

/** Milliseconds within which everything must be answered, even when PostgreSQL says nothing at all. */
const BOUND = 10_000;

/** Every instance says that it can't serve, in the words of the contract and within the bound. */
export async function expectUnavailable({ instances, client }: Cluster): Promise<void> {
  const requests = [
    ['GET', '/api/products/prd_none', undefined],
    ['GET', '/api/products/search?limit=3&sort=newest', undefined],
    ['GET', '/api/vendors/vnd_none/stats', undefined],
    ['GET', '/api/events?limit=1', undefined],
    ['PATCH', '/api/products/prd_none', { basePrice: 1 }],
    ['POST', '/api/vendors', { name: 'Nobody' }],
    ['POST', '/api/products/bulk-availability', { updates: [{ productId: 'prd_none', availability: 'limited' }] }],
  ] as const;
  const answers = await Promise.all(
    instances.flatMap(({ url }) =>
      requests.map(async ([method, path, body]) => {
        const began = performance.now();
        const { status, headers } = await client.send(method, `${url}${path}`, { body, timeoutMs: 2 * BOUND });
        const late = performance.now() - began >= BOUND;
        const type = String(headers['content-type']).split(';')[0];
        return { method, path, status, type, retry: /^\d+$/.test(String(headers['retry-after'])), late };
      }),
    ),
  );
  const expected = { status: 503, type: 'application/problem+json', retry: true, late: false };
  expect(answers).toEqual(answers.map(({ method, path }) => ({ method, path, ...expected })));
  for (const { url } of instances) {
    const ready = await client.send('GET', `${url}/health/ready`);
    expect(ready).toMatchObject({ status: 503, body: { parts: { database: { status: 'down' } } } });
    await waitFor(async () => (await client.send('GET', `${url}/health/live`)).status === 200, { what: 'life' });
  }
}
