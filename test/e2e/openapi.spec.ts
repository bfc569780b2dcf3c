import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Problem } from '../../src/contracts/index.js';
import { openApiDocument } from '../../src/openapi/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectDocumented } from '../support/openapi/answers.js';
import { type Described, isApi, OPERATIONS, problemCodes } from '../support/openapi/document.js';
import { PROVOCATIONS } from '../support/openapi/provocations.js';
import { exampleRequests, prepare, type Prepared, send } from '../support/openapi/requests.js';
import { routesOf } from '../support/openapi/routes.js';
import { bearer } from '../support/tokens.js';

const REDIRECTS_AND_ASSETS = /^GET (?:\/$|\/console(?:$|\/)|\/docs(?:$|\/(?!(?:openapi|asyncapi)\.json$)))/;
const DONE = [200, 201, 202, 204];
const API = OPERATIONS.filter(isApi);
const named = (operations: readonly Described[]): [string, Described][] => operations.map((one) => [one.id, one]);

describe('the OpenAPI document and the server', () => {
  let app: TestApp;
  let routes: Set<string>;

  beforeAll(async () => {
    ({ started: app, routes } = await routesOf(() => startApp()));
  });
  afterAll(() => app.close());

  /** The first example of an operation, with what it needs set up. */
  const sound = (described: Described): Promise<Prepared> => prepare(app, exampleRequests(described)[0]);
  const as = (request: Prepared, authorization: string): Prepared => ({
    ...request,
    headers: { ...request.headers, authorization },
  });

  it('is served, and is OpenAPI 3.1', async () => {
    const { status, headers, body } = await app.request('GET', '/docs/openapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual(openApiDocument());
    const { valid, errors } = await new Validator().validate(body);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(body.openapi).toMatch(/^3\.1\./);
  });

  it('have the same routes', () => {
    const served = [...routes].filter((route) => !REDIRECTS_AND_ASSETS.test(route));
    const described = OPERATIONS.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    expect(served.sort()).toEqual(described.sort());
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(described.length);
  });

  describe.each(named(OPERATIONS))('%s', (_id, described) => {
    it.each(exampleRequests(described).map((request) => [request.name, request] as const))(
      'does what the examples say: %s',
      async (_name, request) => {
        const answer = await send(app, await prepare(app, request));
        expectDocumented(described, answer);
        expect({ body: answer.body, done: [...DONE, 304].includes(answer.status) }).toMatchObject({ done: true });
      },
    );

    it.each(problemCodes(described).flatMap(([status, codes]) => codes.map((code) => [status, code] as const)))(
      'can be answered with %i %s',
      async (status, code) => {
        const provocation = PROVOCATIONS[code];
        // Of a limit or a failure, which other tests bring about.
        if (!provocation)
          return expect(['too_many_requests', 'unavailable', 'write_contention', 'events_dropped']).toContain(code);
        const answer = await send<Problem>(app, await provocation(await sound(described), app));
        expect({ status: answer.status, code: answer.body.code, answer: answer.body }).toMatchObject({ status, code });
        expectDocumented(described, answer);
      },
    );
  });

  describe('agree about who may do what', () => {
    it.each(named(OPERATIONS))('%s', async (_id, described) => {
      const { security } = described.operation;
      const roles = security.flatMap((one) => Object.values(one).flat());
      const anonymous = await send(app, as(await sound(described), ''));
      expect(anonymous.status === 401).toBe(roles.length > 0);
      const own = await sound(described);
      const vendor = await send(app, as(own, await bearer({ role: 'vendor', vendorId: own.vendorId })));
      const allowed = roles.length === 0 || roles.includes('vendor');
      expect(allowed ? DONE : [403]).toContain(vendor.status);
      const admin = await send(app, await sound(described));
      expect(DONE).toContain(admin.status);
    });
  });

  it.each(named(OPERATIONS.filter(({ responses }) => responses.has(304))))(
    '%s spares what is known',
    async (_id, described) => {
      const request = await sound(described);
      const etag = (await send(app, request)).headers.get('etag')!;
      const again = await send(app, { ...request, headers: { ...request.headers, 'if-none-match': etag } });
      expect(again.status).toBe(304);
      expectDocumented(described, again);
    },
  );

  it.each(named(API.filter(({ parameters }) => parameters.some(({ name }) => name === 'Idempotency-Key'))))(
    '%s is not done twice under one key',
    async (_id, described) => {
      const request = await sound(described);
      request.headers['idempotency-key'] = `twice-${request.vendorId}`;
      const [once, twice] = [await send(app, request), await send(app, request)];
      expect(once.headers.get('idempotency-replayed')).toBeNull();
      expect(twice.headers.get('idempotency-replayed')).toBe('true');
      expect([twice.status, twice.body]).toEqual([once.status, once.body]);
      expectDocumented(described, twice);
    },
  );
});

describe('limits', () => {
  let app: TestApp;
  let limited: TestApp;

  beforeAll(async () => {
    app = await startApp();
    limited = await startApp({ database: app.database, env: { RATE_LIMIT: '1' } });
    for (let status = 200; status !== 429;) ({ status } = await limited.request('GET', '/api/products/search'));
  });
  afterAll(async () => {
    await limited.close();
    await app.close();
  });

  it.each(named(OPERATIONS))('%s', async (_id, described) => {
    const answer = await send<Problem>(limited, await prepare(app, exampleRequests(described)[0]));
    expect(answer.status === 429).toBe(isApi(described));
    expect(described.responses.has(429)).toBe(isApi(described));
    expectDocumented(described, answer);
  });
});
