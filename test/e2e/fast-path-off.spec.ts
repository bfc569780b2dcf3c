import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { ask, type Fields, plain, SEARCHES, watchFastPath } from '../support/fast-path.js';
import type { TestDatabase } from '../support/test-database.js';

const [SEARCH] = SEARCHES as [string];

interface Request {
  url: string;
  headers?: Fields;
  method?: string;
  /** Whether the fast path takes it. */
  fast?: boolean;
}

describe.each(['', '*', 'https://shop.example'])('with CORS for "%s", FAST_PATH=off', (origins) => {
  let database: TestDatabase;
  let fast: TestApp;
  let ordinary: TestApp;
  let paths: { taken: number }[];

  beforeAll(async () => {
    database = await testDatabase();
    const env = { CORS_ORIGINS: origins };
    fast = await startApp({ database, env: { ...env, FAST_PATH: 'on' } });
    ordinary = await startApp({ database, env: { ...env, FAST_PATH: 'off' } });
    await createVendor(fast, { id: 'vnd_lane', name: 'Lane' });
    await createProduct(fast, { vendorId: 'vnd_lane' });
    paths = [fast, ordinary].map(watchFastPath);
  });
  afterAll(async () => {
    await fast.close();
    await ordinary.close();
    await database.drop();
  });

  const REQUESTS: Request[] = [
    ...SEARCHES.map((url) => ({ url, fast: true })),
    { url: '/api/products/search?q=%E0%A4%86%E0%A4%B2%E0%A5%82&lang=hi&limit=3', fast: true },
    { url: SEARCH, headers: { 'if-none-match': '*' }, fast: true },
    { url: SEARCH, headers: { 'x-correlation-id': 'mine-1' }, fast: true },
    { url: SEARCH, headers: { origin: 'https://shop.example' }, fast: origins === '' },
    { url: SEARCH, headers: { origin: 'https://other.example' }, fast: origins === '' },
    { url: SEARCH, headers: { authorization: 'Bearer nonsense' } },
    { url: SEARCH, headers: { authorization: 'Basic YTpi' } },
    { url: '/api/products/search?limit=0' },
    { url: '/api/products/search?cursor=bm90aGluZw' },
    { url: '/api/products/search?unknown=1' },
    { url: SEARCH, method: 'HEAD' },
    { url: '/api/products/none' },
    { url: '/nowhere' },
  ];

  it.each(REQUESTS)('$method $url $headers gets the same status, headers and body', async (request) => {
    const { url, headers, method, fast: isFast = false } = request;
    const before = paths.map(({ taken }) => taken);
    const answers = await Promise.all([fast, ordinary].map((app) => ask(app, url, headers, method)));
    const taken = paths.map((path, index) => path.taken - before[index]!);
    const [one, other] = answers.map(withoutIds);
    expect(one).toEqual(other);
    // A search that fails is counted by neither.
    if (one!.status < 400) expect(taken).toEqual([isFast ? 1 : 0, 0]);
  });

  it('is the same with a token, once it is known', async () => {
    const headers = { authorization: await fast.token({ role: 'admin' }) };
    for (const app of [fast, ordinary]) await ask(app, SEARCH, headers);
    const [one, other] = await Promise.all([fast, ordinary].map((app) => ask(app, SEARCH, headers)));
    expect(plain(one!)).toEqual(plain(other!));
  });
});

/** A problem says which request it is about. */
function withoutIds(answer: Parameters<typeof plain>[0]) {
  const { body, ...rest } = plain(answer);
  return { ...rest, body: typeof body === 'object' ? { ...body, correlationId: undefined } : body };
}
