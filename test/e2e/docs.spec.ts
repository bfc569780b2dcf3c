import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

/** `/docs`, as a browser asks for it. What the document says is for openapi.spec.ts. */
describe('the page that describes the API', () => {
  let app: TestApp;
  let page: string;

  beforeAll(async () => {
    app = await startApp();
    const { status, headers, body } = await app.request<string>('GET', '/docs', undefined, { authorization: '' });
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    page = body;
  });
  afterAll(() => app.close());

  it('has all it loads', async () => {
    const urls = [...page.matchAll(/(?:src|href)=["']([^"'#]+)["']/g)].map(
      ([, url]) => new URL(url!, `${app.url}/docs`),
    );
    expect(urls.length).toBeGreaterThanOrEqual(4);
    for (const { origin, pathname } of urls) {
      expect(origin).toBe(new URL(app.url).origin);
      const { status, headers } = await app.request('GET', pathname, undefined, { authorization: '' });
      expect([pathname, status]).toEqual([pathname, 200]);
      const type = { js: /javascript/, css: /^text\/css/, png: /^image\/png/ }[pathname.split('.').at(-1)!];
      expect(headers.get('content-type')).toMatch(type!);
    }
  });

  it('says of what it does not have what the whole server says', async () => {
    const { status, headers, body } = await app.request('GET', '/docs/nope.js');
    expect([status, body]).toMatchObject([404, { code: 'not_found', correlationId: headers.get('x-correlation-id') }]);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('runs under its own content security policy', async () => {
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i);
    const { headers } = await app.request('GET', '/docs');
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/script-src 'self'(?:;|$)/);
    expect(policy).toMatch(/connect-src 'self'(?:;|$)/);
    expect(policy).toMatch(/style-src 'self' 'unsafe-inline'/);
  });

  it('takes a token, and keeps it', async () => {
    const { body } = await app.request<string>('GET', '/docs/swagger-ui-init.js');
    const options = JSON.parse(/let options = (\{.*?\n\});/s.exec(body)![1]!) as {
      swaggerDoc: { openapi: string; components: { securitySchemes: object } };
      customOptions: object;
    };
    expect(options.customOptions).toMatchObject({ persistAuthorization: true });
    expect(options.swaggerDoc.openapi).toMatch(/^3\.1/);
    expect(options.swaggerDoc.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });
});
