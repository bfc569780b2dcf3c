import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

/** Method and path of every route of the contract that this instance serves. */
const ROUTES = [
  'post /api/vendors',
  'get /api/vendors/{id}',
  'patch /api/vendors/{id}',
  'get /api/vendors/{id}/stats',
  'put /api/vendors/{id}/inventory',
  'get /api/vendors/search',
  'post /api/products',
  'get /api/products/{id}',
  'patch /api/products/{id}',
  'put /api/products/{id}/availability',
  'delete /api/products/{id}',
  'post /api/products/bulk-availability',
  'get /api/products/search',
  'get /api/products/{id}/history',
  'post /api/imports/agmarknet',
  'get /api/events',
  'get /api/events/stats',
  'get /api/realtime/stats',
  'get /health/live',
  'get /health/ready',
  'get /health',
  'get /metrics',
];

describe('the API description', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('is there for people', async () => {
    const { status, headers } = await app.request('GET', '/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('names every route for programs', async () => {
    const { status, body } = await app.request<{ openapi: string; paths: Record<string, object> }>(
      'GET',
      '/docs/openapi.json',
    );
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\./);
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described).toEqual(expect.arrayContaining(ROUTES));
  });
});
