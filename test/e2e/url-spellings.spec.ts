import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Draining } from '../../src/infra/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { type RawAnswer, rawRequest } from '../support/attacks/raw-exchange.js';
import { createProduct, createVendor } from '../support/builders.js';
import { routesOf } from '../support/openapi/routes.js';
import { storedDigest, wholeLog } from '../support/reading.js';
import { routedSpellings, unroutedSpellings } from '../support/url-spellings.js';

interface Route {
  method: string;
  path: string;
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const isApi = ({ path }: Route): boolean => path.startsWith('/api/');
const isUnsafe = ({ method }: Route): boolean => UNSAFE.has(method);
const json = { 'content-type': 'application/json' };

/** What a policy says must not depend on how the URL is written, only on the route. */
describe('URLs in every spelling', () => {
  let app: TestApp;
  let routes: Route[];
  let authorization: string;

  const concrete = async (started: TestApp, patterns: Iterable<string>): Promise<Route[]> => {
    const { id, vendorId } = await createProduct(started);
    return (
      [...patterns]
        .map((pattern) => pattern.split(' ') as [string, string])
        .map(([method, url]) => ({
          method,
          path: url.replace(':id', url.includes('/vendors/') ? vendorId : id).replace('*', 'swagger-ui.css'),
        }))
        // `/` has no letter to be spelled otherwise.
        .filter(({ method, path }) => method !== 'OPTIONS' && path.startsWith('/') && path !== '/')
    );
  };

  beforeAll(async () => {
    const { started, routes: patterns } = await routesOf(() => startApp());
    app = started;
    routes = await concrete(app, patterns);
    authorization = await app.token({ role: 'admin' });
    expect(routes.filter(isApi).length).toBeGreaterThan(15);
    expect(routes.filter((route) => isApi(route) && isUnsafe(route)).length).toBeGreaterThan(9);
  });
  afterAll(() => app.close());

  /** Asks each of the routes in each spelling, and compares what `of` takes from the answers. */
  const expectOfAll = async (
    which: Route[],
    { headers = {}, query = '', body }: { headers?: Record<string, string>; query?: string; body?: string },
    of: (answer: RawAnswer) => unknown,
    expected: (route: Route) => unknown,
    url = app.url,
  ): Promise<void> => {
    for (const route of which) {
      for (const [spelling, target] of Object.entries(routedSpellings(route.path))) {
        const whole = query === '' || /[?#]$/.test(target) ? `${target}${query.slice(1)}` : `${target}${query}`;
        const request = { method: route.method, target: whole, headers, ...(body !== undefined && { body }) };
        const seen = of(await rawRequest(url, request));
        expect({ ...route, spelling, seen }).toEqual({ ...route, spelling, seen: expected(route) });
      }
    }
  };
  const status = (answer: RawAnswer): number => answer.status;
  const fieldsOf = ({ body }: RawAnswer) =>
    (JSON.parse(body) as { errors?: { field: string }[] }).errors?.map(({ field }) => field);

  it('are refused without a token where one is needed', async () => {
    const before = await storedDigest(app);
    const openly = async (route: Route): Promise<number> => {
      const { status: plain } = await rawRequest(app.url, { method: route.method, target: route.path });
      return plain;
    };
    const expected = new Map<Route, number>();
    for (const route of routes) expected.set(route, await openly(route));
    for (const route of routes.filter((one) => isApi(one) && isUnsafe(one))) expect(expected.get(route)).toBe(401);
    await expectOfAll(routes, {}, status, (route) => expected.get(route));
    expect(await storedDigest(app)).toBe(before);
  });

  it('have the security headers of their route', async () => {
    const isForPeople = ({ path }: Route): boolean => path === '/console' || /^\/docs(?:\/|$)/.test(path);
    await expectOfAll(
      routes.filter(({ method }) => method === 'GET'),
      {},
      ({ headers }) => headers.get('content-security-policy')?.includes("script-src 'self'"),
      isForPeople,
    );
  });

  it('have their Idempotency-Key looked at', async () => {
    const unsafe = routes.filter((route) => isApi(route) && isUnsafe(route));
    const headers = { authorization, 'idempotency-key': 'two words' };
    const isImport = ({ path }: Route): boolean => path.startsWith('/api/imports/');
    const ofKey = () => ['Idempotency-Key'];
    await expectOfAll(
      unsafe.filter((route) => !isImport(route)),
      { headers },
      fieldsOf,
      ofKey,
    );
    await expectOfAll(
      unsafe.filter(isImport),
      { headers: { ...headers, 'content-type': 'text/csv' }, body: 'x' },
      fieldsOf,
      ofKey,
    );
  });

  it('are the same request to an Idempotency-Key', async () => {
    const vendor = await createVendor(app);
    const key = randomUUID();
    const headers = { authorization, 'idempotency-key': key, ...json };
    const before = (await wholeLog(app)).length;
    const creation = { vendorId: vendor.id, name: 'Onion', category: 'vegetables', basePrice: 10 };
    const answers: RawAnswer[] = [];
    for (const target of Object.values(routedSpellings('/api/products'))) {
      answers.push(await rawRequest(app.url, { method: 'POST', target, headers, body: JSON.stringify(creation) }));
    }
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body}`)).size).toBe(1);
    expect(answers.map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([
      undefined,
      ...answers.slice(1).map(() => 'true'),
    ]);
    const { id } = JSON.parse(answers[0]!.body) as { id: string };
    const change = { ...headers, 'idempotency-key': randomUUID() };
    for (const target of Object.values(routedSpellings(`/api/products/${id}`))) {
      const body = JSON.stringify({ basePrice: 11 });
      const answer = await rawRequest(app.url, { method: 'PATCH', target, headers: change, body });
      expect(answer.status).toBe(200);
    }
    expect((await wholeLog(app)).length).toBe(before + 2);
  });

  it('are refused parameters that their route does not have', async () => {
    const headers = { authorization };
    const csv = { ...headers, 'content-type': 'text/csv' };
    for (const [which, all] of [
      [routes.filter((route) => isApi(route) && !route.path.includes('/imports/')), { headers }],
      [routes.filter(({ path }) => path.includes('/imports/')), { headers: csv, body: 'x' }],
    ] as const) {
      await expectOfAll(which, { ...all, query: '?surprise=1' }, fieldsOf, () => ['surprise']);
      await expectOfAll(which, { ...all, query: '?q=%ff' }, status, () => 400);
    }
  });

  it('take bodies of the size and type that their route takes', async () => {
    const unsafe = routes.filter((route) => isApi(route) && isUnsafe(route));
    const large = { authorization, ...json, 'content-length': '5000000' };
    // Price files are taken in as they come, of any length, in JSON as well.
    const bounded = unsafe.filter(({ path }) => !path.includes('/imports/'));
    await expectOfAll(bounded, { headers: large }, status, () => 413);
    const ofOtherType = { authorization, 'content-type': 'text/csv' };
    await expectOfAll(unsafe, { headers: ofOtherType, body: 'x' }, status, ({ path }) =>
      path.includes('/imports/') ? 400 : 415,
    );
  });

  it('are of no route where they only look like it, and do nothing', async () => {
    const before = await storedDigest(app);
    for (const { method, path } of routes.filter(isApi)) {
      for (const [spelling, target] of Object.entries(unroutedSpellings(path))) {
        const { status: answered } = await rawRequest(app.url, { method, target, headers: { authorization } });
        // With its slash encoded it is of one segment, and may be of a route of one that has other methods.
        const isRefused = answered === 400 || (answered === 405 && spelling === 'an encoded slash');
        expect({ path, spelling, answered }).toEqual({ path, spelling, answered: isRefused ? answered : 404 });
      }
    }
    expect(await storedDigest(app)).toBe(before);
  });

  it('count for the rate limit where their route does, and so does what no route serves', async () => {
    const limited = await startApp({
      database: app.database,
      env: { RATE_LIMIT: '1', CORS_ORIGINS: 'https://shop.example' },
    });
    try {
      const nothing = await rawRequest(limited.url, { method: 'GET', target: '/nothing' });
      expect(nothing.status).toBe(404);
      const api = routes.filter(isApi);
      const others = routes.filter((route) => !isApi(route));
      await expectOfAll(api, {}, status, () => 429, limited.url);
      await expectOfAll(
        others,
        {},
        (answer) => status(answer) === 429,
        () => false,
        limited.url,
      );
      for (const { method, path } of api) {
        for (const target of Object.values(unroutedSpellings(path))) {
          expect([400, 429]).toContain((await rawRequest(limited.url, { method, target })).status);
        }
      }
      // Answered before they are counted: they cost next to nothing.
      const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
      for (const target of Object.values(routedSpellings('/api/products'))) {
        const { status: answered } = await rawRequest(limited.url, { method: 'OPTIONS', target, headers: preflight });
        expect({ target, answered }).toEqual({ target, answered: 204 });
      }
    } finally {
      await limited.close();
    }
  });

  it('end their connection while the instance drains', async () => {
    const leaving = await startApp({ database: app.database });
    try {
      leaving.app.get(Draining).begin();
      for (const { method, path } of routes) {
        for (const target of Object.values(routedSpellings(path))) {
          const { headers } = await rawRequest(leaving.url, { method, target, headers: { connection: 'keep-alive' } });
          const connection = headers.get('connection');
          expect({ method, target, connection }).toEqual({ method, target, connection: 'close' });
        }
      }
    } finally {
      await leaving.close();
    }
  });
});
