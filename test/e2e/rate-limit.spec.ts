import { afterEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import type { ExceptionMessage } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';

describe('the rate limit', () => {
  let app: TestApp;

  afterEach(() => app.close());

  const start = async (limit: number, env: Record<string, string> = {}): Promise<void> => {
    app = await startApp({ env: { RATE_LIMIT: String(limit), ...env } });
  };
  const anonymous = { authorization: '' };
  const search = (headers: Record<string, string> = anonymous) =>
    app.request('GET', '/api/products/search', undefined, headers);
  const statuses = async (times: number, ask: () => Promise<{ status: number }> = search): Promise<number[]> =>
    (await Promise.all(Array.from({ length: times }, ask))).map(({ status }) => status).sort();
  const expected = (served: number, refused: number): number[] => [
    ...Array<number>(served).fill(200),
    ...Array<number>(refused).fill(429),
  ];

  it('lets through as many as it says, to the request, and says when to come back', async () => {
    await start(10);
    expect(await statuses(30)).toEqual(expected(10, 20));
    const refused = await search();
    expectProblem(refused, 429, 'too_many_requests');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(Number.isInteger(seconds)).toBe(true);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  it('is exact where its slices do not divide it', async () => {
    await start(299);
    expect(await statuses(320)).toEqual(expected(299, 21));
  });

  describe('tells with each answer what is left', () => {
    const limits = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${app.url}${path}`, { method, headers });
      await answer.arrayBuffer();
      return [answer.status, answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')];
    };
    const left = (requests: number) => expect.stringMatching(`^"default";r=${requests};t=([1-9]|[1-5]\\d|60)$`);

    it('whatever answers it: the fast path, the framework, a problem, a refusal', async () => {
      await start(8);
      const policy = '"default";q=8;w=60';
      expect(await limits('GET', '/api/products/search')).toEqual([200, policy, left(7)]);
      expect(await limits('GET', '/api/products/search')).toEqual([200, policy, left(6)]);
      expect(await limits('HEAD', '/api/products/search')).toEqual([200, policy, left(5)]);
      expect(await limits('GET', '/api/products/none')).toEqual([404, policy, left(4)]);
      expect(await limits('POST', '/api/products')).toEqual([401, policy, left(3)]);
      expect(await limits('PUT', '/api/products')).toEqual([405, policy, left(2)]);
      expect(await limits('GET', '/nothing')).toEqual([404, policy, left(1)]);
      expect(await limits('GET', '/api/products/search', { authorization: 'Bearer x' })).toEqual([
        401,
        policy,
        left(0),
      ]);
      expect(await limits('GET', '/api/products/search')).toEqual([429, policy, left(0)]);
      expect(
        await limits('GET', '/api/products/search', { authorization: await app.token({ role: 'admin' }) }),
      ).toEqual([200, policy, left(7)]);
    });

    it('unless it counts for nothing, or nothing is limited', async () => {
      await start(8);
      for (const path of ['/health', '/metrics', '/docs/openapi.json']) {
        expect(await limits('GET', path)).toEqual([200, null, null]);
      }
      await app.close();
      await start(0);
      for (const path of ['/api/products/search', '/api/products/search', '/api/products/search?']) {
        expect(await limits('GET', path)).toEqual([200, null, null]);
      }
    });
  });

  it('counts each principal for itself', async () => {
    await start(3);
    expect(await statuses(4)).toEqual(expected(3, 1));
    expect(await statuses(4, () => app.request('GET', '/api/products/search'))).toEqual(expected(3, 1));
  });

  it('counts paths that no route serves, and other spellings of those that are', async () => {
    await start(2);
    expect((await app.request('GET', '/api/nothing', undefined, anonymous)).status).toBe(404);
    expect((await app.request('GET', '/%61pi/products/search', undefined, anonymous)).status).toBe(200);
    expectProblem(await app.request('GET', '/%61pi/products/search', undefined, anonymous), 429, 'too_many_requests');
  });

  it('counts the statistics of a large vendor as several', async () => {
    await start(8);
    const vendor = await createVendor(app);
    for (const from of [0, 600]) {
      const items = Array.from({ length: 600 }, (_none, index) => ({
        sku: `sku-${from + index}`,
        name: 'Okra',
        category: 'vegetables',
        basePrice: 1,
      }));
      expect((await app.request('PUT', `/api/vendors/${vendor.id}/inventory`, { items })).status).toBe(200);
    }
    // Three for 1,200 products, twice, and the rest.
    const stats = () => app.request('GET', `/api/vendors/${vendor.id}/stats`, undefined, anonymous);
    expect(await statuses(1, stats)).toEqual(expected(1, 0));
    expect(await statuses(1, stats)).toEqual(expected(1, 0));
    expect(await statuses(4)).toEqual(expected(2, 2));
  });

  it.each([
    '/health',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/docs',
    '/docs/openapi.json',
    '/docs/asyncapi.json',
  ])('leaves %s alone', async (path) => {
    await start(1);
    expect(await statuses(2)).toEqual(expected(1, 1));
    expect(await statuses(3, () => app.request('GET', path, undefined, anonymous))).toEqual(expected(3, 0));
  });

  it('counts refusals', async () => {
    await start(1);
    await statuses(4);
    const { body } = await app.request<string>('GET', '/metrics');
    expect(body).toContain('errors_total{type="too_many_requests"} 3');
  });

  it('takes handshakes from the same limit', async () => {
    await start(3);
    await app.connect();
    await app.connect();
    expect(await statuses(2)).toEqual(expected(1, 1));
    const socket = io(`${app.url}/inventory`, { transports: ['websocket'], forceNew: true, reconnection: false });
    const error = await new Promise<Error & { data?: ExceptionMessage }>((resolve, reject) => {
      socket.once('connect_error', resolve);
      socket.once('connect', () => reject(new Error('it was let in')));
    });
    socket.disconnect();
    expect(error.data).toEqual({
      status: 'error',
      code: 'too_many_requests',
      message: expect.stringMatching(/\d+ s$/),
    });
  });

  describe('behind proxies', () => {
    const from = (address: string) => search({ ...anonymous, 'x-forwarded-for': address });

    it('counts the address that a trusted one reports', async () => {
      await start(1, { TRUST_PROXY: '10.0.0.0/8, 127.0.0.1' });
      expect(await statuses(2, () => from('203.0.113.1'))).toEqual(expected(1, 1));
      expect(await statuses(2, () => from('198.51.100.7, 203.0.113.2, 10.1.2.3'))).toEqual(expected(1, 1));
      // What the client claims in front of what the proxies add makes no difference.
      expect(await statuses(1, () => from('198.51.100.8, 203.0.113.2, 10.1.2.3'))).toEqual(expected(0, 1));
    });

    it('counts IPv6 by its /64', async () => {
      await start(1, { TRUST_PROXY: '127.0.0.1' });
      expect(await statuses(1, () => from('2001:db8:0:1::1'))).toEqual(expected(1, 0));
      expect(await statuses(1, () => from('2001:db8::1:ffff:2:3:4'))).toEqual(expected(0, 1));
      expect(await statuses(1, () => from('2001:db8:0:2::1'))).toEqual(expected(1, 0));
    });

    it('believes nobody by default', async () => {
      await start(1);
      expect(await statuses(1, () => from('203.0.113.1'))).toEqual(expected(1, 0));
      expect(await statuses(1, () => from('203.0.113.2'))).toEqual(expected(0, 1));
    });

    it('counts sockets the same way', async () => {
      await start(0, { TRUST_PROXY: '127.0.0.1', MAX_CONNECTIONS_PER_ADDRESS: '1' });
      const connect = (address: string) =>
        new Promise<string>((resolve) => {
          const extraHeaders = { 'x-forwarded-for': address };
          const options = { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders };
          const socket = io(`${app.url}/inventory`, options);
          socket.once('connect', () => resolve('connected'));
          socket.once('connect_error', (error: Error & { data?: ExceptionMessage }) => {
            socket.disconnect();
            resolve(error.data?.code ?? error.message);
          });
        });
      expect(await connect('203.0.113.1')).toBe('connected');
      expect(await connect('203.0.113.1')).toBe('too_many_connections');
      expect(await connect('203.0.113.2')).toBe('connected');
    });
  });
});
