import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { routesOf } from '../support/openapi/routes.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
const json = { 'content-type': 'application/json' };

describe('methods and bodies', () => {
  let app: TestApp;
  let routes: [method: string, url: string][];
  let id: string;
  let vendorId: string;

  beforeAll(async () => {
    const found = await routesOf(() => startApp());
    app = found.started;
    routes = [...found.routes].map((route) => route.split(' ') as [string, string]).filter(([, url]) => url !== '*');
    ({ id, vendorId } = await createProduct(app));
  });
  afterAll(() => app.close());

  const pathOf = (url: string): string =>
    url.replace(':id', url.includes('/vendors/') ? vendorId : id).replace('*', 'swagger-ui.css');
  const segments = (url: string): string[] => url.split('/');
  /** Whether a path of the one is also served by the other, such as `/vendors/search` by `/vendors/:id`. */
  const covers = (other: string, url: string): boolean => {
    const [ours, theirs] = [segments(url), segments(other)];
    const ends = theirs.at(-1) === '*';
    if (!ends && ours.length !== theirs.length) return false;
    return theirs.every((part, at) => part === '*' || part.startsWith(':') || part === ours[at]);
  };

  describe('a method that a path lacks', () => {
    it('is answered with 405 and the methods that it has, on every path', async () => {
      let lacking = 0;
      for (const url of new Set(routes.map(([, one]) => one))) {
        const has = new Set(routes.filter(([, other]) => covers(other, url)).map(([method]) => method));
        const allow = [...new Set([...has, ...(has.has('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort().join(', ');
        for (const method of METHODS.filter((one) => !has.has(one))) {
          const answer = await app.request(method, pathOf(url), undefined, { authorization: '' });
          expect({ method, url, status: answer.status }).toEqual({ method, url, status: 405 });
          expectProblem(answer, 405, 'method_not_allowed');
          expect(answer.headers.get('allow')).toBe(allow);
          lacking += 1;
        }
        const options = await fetch(`${app.url}${pathOf(url)}`, { method: 'OPTIONS' });
        expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
      }
      expect(lacking).toBeGreaterThan(60);
    });

    it('is HEAD where there is no GET, and has no body', async () => {
      const answer = await fetch(`${app.url}/api/products`, { method: 'HEAD' });
      expect([answer.status, answer.headers.get('allow'), await answer.text()]).toEqual([405, 'OPTIONS, POST', '']);
      expect((await fetch(`${app.url}/api/products/search`, { method: 'HEAD' })).status).toBe(200);
    });

    it('is refused beside the fast path, too, and in other spellings', async () => {
      for (let asked = 0; asked < 3; asked += 1) {
        expect((await app.request('GET', '/api/products/search?q=onion')).status).toBe(200);
        for (const path of ['/api/products/search?q=onion', '/%61pi/products/search']) {
          expectProblem(await app.request('POST', path, {}), 405, 'method_not_allowed');
        }
      }
    });

    it('is 404 where there is nothing at all', async () => {
      for (const path of ['/api', '/api/', '/api/products/', '/api/nothing', '/nothing', '/api//products']) {
        for (const method of METHODS) {
          expectProblem(await app.request(method, path), 404, 'not_found');
        }
        const options = await app.request('OPTIONS', path);
        expect([options.status, options.headers.get('allow')]).toEqual([404, null]);
      }
    });
  });

  describe('HEAD', () => {
    const NOT_OF_THE_ANSWER = ['date', 'x-correlation-id', 'ratelimit', 'x-cache', 'connection', 'keep-alive'];
    const headOf = async (method: string, url: string) => {
      const authorization = await app.token({ role: 'admin' });
      const answer = await fetch(`${app.url}${url}`, { method, headers: { authorization }, redirect: 'manual' });
      const headers = [...answer.headers].filter(([name]) => !NOT_OF_THE_ANSWER.includes(name));
      return { status: answer.status, headers: Object.fromEntries(headers), text: await answer.text() };
    };

    it('says what GET says, without the body, on every path that has GET', async () => {
      const urls = routes.filter(([method]) => method === 'GET').map(([, url]) => url);
      expect(urls.length).toBeGreaterThan(30);
      for (const url of urls) {
        const path = pathOf(url);
        const [head, get] = [await headOf('HEAD', path), await headOf('GET', path)];
        expect({ url, text: head.text }).toEqual({ url, text: '' });
        const lengths = [head, get].map(({ headers: { 'content-length': length, ...others }, status }) => {
          return {
            status,
            others: Object.keys(others).sort(),
            type: others['content-type'],
            hasLength: length !== undefined,
          };
        });
        expect({ url, ...lengths[0] }).toEqual({ url, ...lengths[1] });
      }
    });

    it('has the length and the tag of a page', async () => {
      const url = '/api/products/search?limit=3';
      const [head, get] = [await headOf('HEAD', url), await headOf('GET', url)];
      expect(head.headers).toEqual(get.headers);
      expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(get.text));
    });
  });

  describe('no body', () => {
    it('is none whatever type is named, for every method', async () => {
      const unsafe = routes.filter(([method, url]) => method !== 'HEAD' && !url.startsWith('/api/imports'));
      const none = { 'x-correlation-id': 'same' };
      for (const [method, url] of unsafe.filter(([, one]) => one.startsWith('/api/'))) {
        const path = pathOf(url).replace(id, 'prd_none').replace(vendorId, 'vnd_none');
        const plain = await app.request(method, path, undefined, none);
        for (const type of ['application/json', 'text/plain', 'application/json; charset=utf-8']) {
          const { status, body } = await app.request(method, path, undefined, { ...none, 'content-type': type });
          if (status !== 200) expect({ method, url, status, body }).toEqual({ method, url, ...only(plain) });
          expect(status).toBe(plain.status);
        }
      }
    });

    it('lets a product be deleted by a client that always names a type', async () => {
      const product = await createProduct(app);
      const deleted = await app.request('DELETE', `/api/products/${product.id}`, undefined, json);
      expect([200, 204]).toContain(deleted.status);
    });
  });

  it('a JSON body may begin with a byte order mark, but not be one alone', async () => {
    const path = `/api/products/${id}`;
    const { status, body } = await app.request('PATCH', path, '\ufeff{"basePrice":42}', json);
    expect([status, body]).toMatchObject([200, { basePrice: 42 }]);
    for (const text of ['\ufeff', '\ufeff\ufeff{}']) {
      expectProblem(await app.request('PATCH', path, text, json), 400, 'malformed_body');
    }
  });
});

const only = ({ status, body }: { status: number; body: unknown }) => ({ status, body });
