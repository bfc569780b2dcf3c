import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import type { Product } from '../../../src/contracts/index.js';
import { HEADER, importCsv, priceLine } from '../../support/agmarknet.js';
import { startApp, type TestApp } from '../../support/app.js';
import { createProduct, createVendor } from '../../support/builders.js';
import { isApi, OPERATIONS } from '../../support/openapi/document.js';
import { exampleRequests, prepare, send } from '../../support/openapi/requests.js';

const JSON_TYPE = { 'content-type': 'application/json' };
/** Names that reach every object, each with what an attacker would have it be. */
const POLLUTED = [
  '"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"prototype":{"polluted":true}',
  '"\\u005f_proto__":{"polluted":true}',
  '"toString":"polluted"',
  '"hasOwnProperty":true',
  '"__defineGetter__":1',
  '"then":1',
];

/** Names that no object inherits are a fault of the item alone that has them, in a bulk request. */
function isRejectedItem(answer: unknown, field: string): boolean {
  const { results = [] } = answer as { results?: { status: string; field?: string }[] };
  return results.some((result) => result.status === 'rejected' && field.startsWith(`"${result.field}":`));
}

/** No request adds to what every object has. */
describe('prototype pollution', () => {
  let app: TestApp;
  const pristine = Object.getOwnPropertyNames(Object.prototype).sort();

  beforeAll(async () => {
    app = await startApp();
  });
  afterEach(async () => {
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(pristine);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe('[object Object]');
    expect((await app.request('GET', '/health/live')).status).toBe(200);
  });
  afterAll(() => app.close());

  const withBody = OPERATIONS.filter((one) => isApi(one) && one.body?.type === 'application/json');
  it.each(withBody.map((one) => [one.id, one] as const))('in the body of %s, at any level', async (_id, described) => {
    const sound = await prepare(app, exampleRequests(described)[0]);
    const text = JSON.stringify(sound.body);
    const places = [...text.matchAll(/\{(?=")/g)].map(({ index }) => index + 1);
    expect(places.length).toBeGreaterThan(0);
    for (const field of POLLUTED) {
      for (const place of places) {
        const body = `${text.slice(0, place)}${field},${text.slice(place)}`;
        const answer = await send(app, { ...sound, body, headers: { ...sound.headers, ...JSON_TYPE } });
        expect({ body, refused: answer.status === 400 || isRejectedItem(answer.body, field) }).toEqual({
          body,
          refused: true,
        });
      }
    }
  });

  it('as languages of names', async () => {
    const { id: vendorId } = await createVendor(app);
    const product = await createProduct(app, { vendorId });
    for (const field of POLLUTED) {
      const body = `{"names":{${field}}}`;
      for (const path of [`/api/vendors/${vendorId}`, `/api/products/${product.id}`]) {
        expect({ body, status: (await app.request('PATCH', path, body, JSON_TYPE)).status }).toEqual({
          body,
          status: 400,
        });
      }
    }
    // Three letters may be a language, and mean nothing else.
    const { body } = await app.request<Product>('PATCH', `/api/products/${product.id}`, {
      names: { get: 'x', set: 'y' },
    });
    expect(body.names).toEqual({ get: 'x', set: 'y' });
  });

  it.each([
    '__proto__',
    'constructor',
    '__proto__[polluted]',
    '__proto__.polluted',
    'constructor[prototype][polluted]',
  ])('in a query: %s', async (name) => {
    for (const { path } of OPERATIONS.filter((one) => isApi(one) && one.method === 'GET')) {
      const url = `${path.replace('{id}', 'prd_none')}?${encodeURIComponent(name)}=true`;
      expect({ url, status: (await app.request('GET', url)).status }).toEqual({ url, status: 400 });
    }
  });

  it('in the header of a price file, and in its rows', async () => {
    const columns = `${HEADER},__proto__,constructor,toString`;
    const row = (name: string): string =>
      `${priceLine({ market: name, commodity: name, variety: name })},polluted,polluted,polluted`;
    const rows = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map(row);
    const { status, body } = await importCsv(app, [columns, ...rows].join('\n'));
    expect({ status, ...body }).toMatchObject({ status: 200, rows: 4, created: 4, vendorsCreated: 4 });
    const onlyTheirs = await importCsv(app, `__proto__,constructor\n1,2\n`);
    expect(onlyTheirs.status).toBe(400);
  });

  it('in requests of sockets', async () => {
    const socket = await app.connect();
    const requests = POLLUTED.flatMap((field) => [
      `{"type":"general",${field}}`,
      `{"type":"general","since":{"epoch":"01955509-7c00-7b3e-8d4a-000000000000","position":0,${field}}}`,
      `{"type":{${field}}}`,
      `{${field}}`,
    ]);
    for (const request of [...requests, '{"type":"__proto__"}', '{"type":"constructor"}', '{"type":"toString"}']) {
      const answer: unknown = await socket.emitWithAck('subscribe_inventory', JSON.parse(request));
      // Whatever is joined is the room that was named, and nothing else.
      expect({ request, answer }).toMatchObject({
        answer: request.includes('"since"') ? expect.anything() : { status: 'error', code: 'validation_failed' },
      });
    }
  });

  it('in what a handshake brings along', async () => {
    for (const field of POLLUTED) {
      const auth = JSON.parse(`{${field},"nested":{${field}}}`) as object;
      const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth };
      const socket = io(`${app.url}/inventory`, options);
      const outcome = await new Promise<unknown>((resolve) => {
        socket.once('connect', () => resolve('connected'));
        socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
          resolve(error.data?.code ?? error.message),
        );
      });
      socket.disconnect();
      // Rooms are public, and no token is among what was brought.
      expect({ field, outcome }).toEqual({ field, outcome: 'connected' });
    }
  });

  it('in the query of a handshake', async () => {
    for (const name of ['__proto__', '__proto__[polluted]', 'constructor', 'EIO[__proto__]', 'toString']) {
      const url = `${app.url}/socket.io/?EIO=4&transport=polling&${encodeURIComponent(name)}=true`;
      expect({ name, status: (await fetch(url)).status }).toEqual({ name, status: 200 });
    }
    for (const transport of ['__proto__', 'constructor', 'toString']) {
      const url = `${app.url}/socket.io/?EIO=4&transport=${transport}`;
      expect({ transport, status: (await fetch(url)).status }).toEqual({ transport, status: 400 });
    }
  });
});
