import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { type RawAnswer, rawExchange } from '../support/attacks/raw-exchange.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { ask, type Fields, plain, respelled, SEARCHES, watchFastPath } from '../support/fast-path.js';
import { waitFor } from '../support/processes.js';
import { openRaw } from '../support/raw-http.js';

describe('the fast path', () => {
  let app: TestApp;
  let fast: { taken: number };
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    await createVendor(app, { id: 'vnd_lane', name: 'Lane' });
    product = await createProduct(app, { vendorId: 'vnd_lane' });
    fast = watchFastPath(app);
  });
  afterAll(() => app.close());

  const get = (url: string, headers?: Fields) => ask(app, url, headers);
  /** By which way it was answered. */
  const wayOf = async <T>(ask: () => Promise<T>): Promise<{ way: 'fast path' | 'framework'; answer: T }> => {
    const before = fast.taken;
    const answer = await ask();
    return { way: fast.taken > before ? 'fast path' : 'framework', answer };
  };
  /** Asked by a URL that is new, then again by the same one. */
  const bothWays = async (url: string, headers?: Fields) => {
    const first = await wayOf(() => get(url, headers));
    const second = await wayOf(() => get(url, headers));
    expect([first.way, second.way]).toEqual(['framework', 'fast path']);
    return [first.answer, second.answer] as const;
  };

  describe.each(SEARCHES)('%s', (search) => {
    it('is answered the same either way, in status, headers and body', async () => {
      await get(respelled(search));
      const [first, second] = await bothWays(respelled(search));
      expect(plain(second)).toEqual(plain(first));
      expect(first.status).toBe(200);
      expect([first, second].map(({ headers }) => headers.get('x-cache'))).toEqual(['HIT', 'HIT']);
    });

    it('answers 304 when If-None-Match names the current ETag, either way, with the same headers', async () => {
      const { headers } = await get(search);
      const etag = headers.get('etag')!;
      for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const [first, second] = await bothWays(respelled(search), { 'if-none-match': known });
        expect(first.status).toBe(304);
        expect(first.body).toBe('');
        expect(plain(second)).toEqual(plain(first));
      }
      for (const other of ['"x"', 'x', '']) {
        const [first, second] = await bothWays(respelled(search), { 'if-none-match': other });
        expect(first.status).toBe(200);
        expect(plain(second)).toEqual(plain(first));
      }
    });

    it('has the correlation id that was sent, or one of its own', async () => {
      const url = respelled(search);
      await get(url);
      for (const id of ['mine-1', 'a:b/c=d@e']) {
        const { way, answer } = await wayOf(() => get(url, { 'x-correlation-id': id }));
        expect({ way, id: answer.headers.get('x-correlation-id') }).toEqual({ way: 'fast path', id });
      }
      const ids = await Promise.all(
        ['a b', 'x'.repeat(129), '<x>'].map(async (id) => {
          const { headers } = await get(url, { 'x-correlation-id': id });
          return headers.get('x-correlation-id');
        }),
      );
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      expect(new Set(ids).size).toBe(3);
    });

    it('is the same with a token of any role', async () => {
      const open = plain(await get(search));
      for (const claims of [{ role: 'admin' }, { role: 'vendor', vendorId: 'vnd_lane' }] as const) {
        const authorization = await app.token(claims);
        const [first, second] = await bothWays(respelled(search), { authorization });
        expect(plain(first)).toEqual(open);
        expect(plain(second)).toEqual(open);
      }
    });

    it.each(['Bearer nonsense', 'Bearer', 'Basic YTpi', 'Bearer a.b.c', 'Bearer  x y'])(
      'is refused for the header %j',
      async (authorization) => {
        await get(search);
        const { way, answer } = await wayOf(() => get(search, { authorization }));
        expect(way).toBe('framework');
        expectProblem(answer, 401, 'unauthorized');
      },
    );

    it('is counted, by its route', async () => {
      const route = search.split('?')[0];
      const count = async (): Promise<number> => {
        const { body } = await app.request<string>('GET', '/metrics');
        const line = new RegExp(
          `^http_request_duration_seconds_count\\{method="GET",route="${route}",status="200"\\} (\\d+)$`,
          'm',
        );
        return Number(line.exec(body)?.[1] ?? 0);
      };
      await get(search);
      const before = await waitFor(count, { what: 'the first count' });
      const { way } = await wayOf(() => get(search));
      expect(way).toBe('fast path');
      await waitFor(async () => (await count()) === before + 1, { what: 'one more' });
    });
  });

  it.each([
    '/api/products/search?q=aaloo+pyaaz&category=vegetables&minPrice=1&maxPrice=9.50&availability=available',
    '/api/products/search?q=%E0%A4%86%E0%A4%B2%E0%A5%82&lang=hi&sort=price_asc&limit=3',
    '/api/products/search?vendorId=vnd_lane&state=Uttar%20Pradesh&district=Agra',
    '/api/products/search?cursor=bm90aGluZw&limit=3',
    '/api/vendors/search?q=lane&category=spices&limit=3&state=Kerala',
  ])('answers %s as the framework does when nobody has asked before', async (url) => {
    const headers = { 'x-correlation-id': 'both-ways' };
    const { way, answer } = await wayOf(() => get(url, headers));
    expect(way).toBe(answer.status === 200 ? 'fast path' : 'framework');
    expect(plain(answer)).toEqual(plain(await get(respelled(url), headers)));
  });

  describe('what is not plain', () => {
    const [search] = SEARCHES as [string];
    const raw = (request: string): Promise<RawAnswer[]> => rawExchange(app.url, request);

    beforeEach(async () => {
      await get(search);
    });

    it.each<[string, string]>([
      ['HEAD', `HEAD ${search} HTTP/1.1\r\nhost: x\r\n\r\n`],
      ['a body', `GET ${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello`],
      ['an empty body', `GET ${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`],
      [
        'a body in chunks',
        `GET ${search} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      ],
    ])('%s goes to the framework, and the next request is as good as ever', async (what, request) => {
      if (what === 'HEAD') {
        const { way, answer } = await wayOf(() => ask(app, search, {}, 'HEAD'));
        expect({ way, status: answer.status }).toEqual({ way: 'framework', status: 200 });
        return;
      }
      const { way, answer } = await wayOf(() => raw(request));
      expect(way).toBe('framework');
      expect(answer.map(({ status }) => status)).toEqual([200, 200]);
      expect(answer[1]!.headers.get('x-correlation-id')).toBe('goodbye');
    });

    it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s finds no such route', async (method) => {
      const { way, answer } = await wayOf(() => app.request(method, search));
      expect(way).toBe('framework');
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    });

    it('many requests in one piece are answered in their order', async () => {
      const urls = [search, '/api/products/none', search, SEARCHES[1]!, '/health/live', search];
      const requests = urls.map(
        (url, index) => `GET ${url} HTTP/1.1\r\nhost: x\r\nx-correlation-id: r${index}\r\n\r\n`,
      );
      const answers = await raw(requests.join(''));
      expect(answers.map(({ headers }) => headers.get('x-correlation-id'))).toEqual([
        'r0',
        'r1',
        'r2',
        'r3',
        'r4',
        'r5',
        'goodbye',
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 200, 200, 200, 200]);
    });

    it('a bad query stays refused, however often it is asked', async () => {
      for (const _turn of [1, 2, 3]) {
        const { way, answer } = await wayOf(() => get('/api/products/search?limit=0'));
        expect(way).toBe('framework');
        expectProblem(answer, 400, 'validation_failed');
      }
    });
  });

  it('clients that go away before the answer do no harm', async () => {
    const [search] = SEARCHES as [string];
    await get(search);
    const accidents: unknown[] = [];
    const note = (error: unknown): void => void accidents.push(error);
    process.on('unhandledRejection', note).on('uncaughtException', note);
    const before = fast.taken;
    const gone = Array.from({ length: 50 }, async () => {
      const connection = await openRaw(app.url);
      connection.write(`GET ${search} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(20));
      connection.close();
      await connection.ended;
    });
    await Promise.all(gone);
    expect((await get(search)).status).toBe(200);
    await waitFor(() => fast.taken > before, { what: 'the fast path' });
    process.off('unhandledRejection', note).off('uncaughtException', note);
    expect(accidents).toEqual([]);
  });

  it('a page is never older than a change that was acknowledged', async () => {
    const [search] = SEARCHES as [string];
    await get(search);
    let through = 0;
    for (let basePrice = 1; basePrice <= 50; basePrice += 1) {
      expect((await app.request('PATCH', `/api/products/${product.id}`, { basePrice })).status).toBe(200);
      const { way, answer } = await wayOf(() => get(search));
      const { items } = answer.body as { items: Product[] };
      expect(items.map((item) => item.basePrice)).toEqual([basePrice]);
      if (way === 'fast path') through += 1;
    }
    expect(through).toBe(50);
  });
});
