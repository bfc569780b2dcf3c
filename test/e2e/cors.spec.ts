import { afterEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

const SHOP = 'https://shop.example';
const OTHER = 'https://other.example';

describe('CORS', () => {
  let app: TestApp;

  afterEach(() => app.close());

  const start = async (env: Record<string, string> = {}): Promise<void> => {
    app = await startApp({ env });
  };
  const preflight = (origin: string, path = '/api/products') =>
    app.request('OPTIONS', path, undefined, {
      authorization: '',
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });
  const corsHeaders = (headers: Headers): string[] =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));
  const listOf = (headers: Headers, name: string): string[] =>
    (headers.get(name) ?? '').split(',').map((part) => part.trim().toLowerCase());
  const poll = (origin: string) => fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });

  it('is closed by default', async () => {
    await start();
    const asked = await preflight(SHOP);
    expect(asked.status).toBe(204);
    expect(corsHeaders(asked.headers)).toEqual([]);
    const { status, headers } = await app.request('GET', '/api/products/search', undefined, { origin: SHOP });
    expect(status).toBe(200);
    expect(corsHeaders(headers)).toEqual([]);
    expect(corsHeaders((await poll(SHOP)).headers)).toEqual([]);
  });

  it('lets the listed origins in, and tells the others nothing', async () => {
    await start({ CORS_ORIGINS: `${SHOP}, http://localhost:5173` });
    const asked = await preflight(SHOP);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(listOf(asked.headers, 'access-control-allow-methods')).toEqual(
      expect.arrayContaining(['get', 'post', 'put', 'patch', 'delete']),
    );
    expect(listOf(asked.headers, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key']),
    );
    const { headers } = await app.request('GET', '/api/products/search', undefined, { origin: SHOP });
    expect(headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(headers.get('vary')).toMatch(/origin/i);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(listOf(headers, 'access-control-expose-headers').sort()).toEqual(
      [
        'etag',
        'idempotency-replayed',
        'ratelimit',
        'ratelimit-policy',
        'retry-after',
        'x-cache',
        'x-correlation-id',
      ].sort(),
    );
    expect((await poll(SHOP)).headers.get('access-control-allow-origin')).toBe(SHOP);

    for (const { headers } of [
      await preflight(OTHER),
      await app.request('GET', '/api/products/search', undefined, { origin: OTHER }),
      await poll(OTHER),
    ]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets a page read why it was refused', async () => {
    await start({ CORS_ORIGINS: SHOP, RATE_LIMIT: '1' });
    const asked = () => app.request('GET', '/api/events', undefined, { origin: SHOP, authorization: 'Bearer x' });
    const unauthorized = await asked();
    expect(unauthorized.status).toBe(401);
    expect(unauthorized.headers.get('access-control-allow-origin')).toBe(SHOP);
    const search = () => app.request('GET', '/api/products/search', undefined, { origin: SHOP, authorization: '' });
    await search();
    const limited = await search();
    expect(limited.status).toBe(429);
    expect(limited.headers.get('access-control-allow-origin')).toBe(SHOP);
  });

  it('lets everybody in with *', async () => {
    await start({ CORS_ORIGINS: '*' });
    expect((await preflight(OTHER)).headers.get('access-control-allow-origin')).toBe('*');
    const { headers } = await app.request('GET', '/api/products/search', undefined, { origin: OTHER });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect((await poll(OTHER)).headers.get('access-control-allow-origin')).toBe('*');
  });
});
