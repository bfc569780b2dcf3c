import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';

describe('ETag', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const kinds = [
    ['a product', () => createProduct(app).then(({ id }) => `/api/products/${id}`), { basePrice: 7 }],
    ['a vendor', () => createVendor(app).then(({ id }) => `/api/vendors/${id}`), { market: 'Azadpur' }],
  ] as const;

  describe.each(kinds)('of %s', (_what, create, change) => {
    let path: string;

    beforeEach(async () => {
      path = await create();
    });

    const get = (headers: Record<string, string> = {}) => app.request('GET', path, undefined, headers);
    const patch = (ifMatch: string, body: object = change) => app.request('PATCH', path, body, { 'if-match': ifMatch });

    it('is the version, wherever it is shown', async () => {
      expect((await get()).headers.get('etag')).toBe('"1"');
      const changed = await app.request('PATCH', path, change);
      expect([changed.body.version, changed.headers.get('etag')]).toEqual([2, '"2"']);
      expect((await get()).headers.get('etag')).toBe('"2"');
    });

    it.each(['"1"', 'W/"1"', '*', '"8", "1"', '"x",W/"1"', ' "1" '])(
      'If-None-Match: %s is answered 304',
      async (tags) => {
        const { status, body, headers } = await get({ 'if-none-match': tags });
        expect([status, body, headers.get('etag')]).toEqual([304, '', '"1"']);
      },
    );

    it.each(['"2"', 'W/"2"', '"x"', '"1', 'junk', ''])('If-None-Match: %j is answered in full', async (tags) => {
      const { status, body } = await get({ 'if-none-match': tags });
      expect([status, body.version]).toEqual([200, 1]);
    });

    it.each(['"1"', '*', '"8", "1"', '"1","1"', '"a,b" ,, "1"', 'W/"1"', '"2", W/"1"', '1'])(
      'If-Match: %s lets it be changed',
      async (tags) => {
        const { status, body } = await patch(tags);
        expect([status, body.version]).toEqual([200, 2]);
      },
    );

    it.each(['"2"', 'W/"2"', '"0"', '"01"', '"abc"', '""', '"2", W/"3"', '"99999999999999999999"', '2'])(
      'If-Match: %s is refused, and nothing changes',
      async (tags) => {
        expectProblem(await patch(tags), 412, 'version_mismatch');
        expectProblem(await patch(tags, {}), 412, 'version_mismatch');
        expect((await get()).body.version).toBe(1);
      },
    );

    it.each(['junk', '"1', '1"', '"1" "2"', 'w/"1"', '', ',', '"1", junk', '*, "1"', '-1'])(
      'If-Match: %j is no such list',
      async (tags) => {
        expectFieldError(await patch(tags), 'If-Match');
        expect((await get()).body.version).toBe(1);
      },
    );

    it('lets one of many in who change the same version', async () => {
      const statuses = await Promise.all(
        Array.from({ length: 10 }, async (_none, index) => (await patch('"1"', { name: `Name ${index}` })).status),
      );
      expect(statuses.sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    });

    it('says that it is gone before it says that it differs', async () => {
      const nowhere = await app.request('PATCH', `${path}0`, change, { 'if-match': '"1"' });
      expectProblem(nowhere, 404);
    });
  });

  it('is given with a new vendor and a new product', async () => {
    const vendor = await app.request('POST', '/api/vendors', { name: 'Ramesh' });
    expect([vendor.status, vendor.headers.get('etag')]).toEqual([201, '"1"']);
    const fields = { vendorId: vendor.body.id, name: 'Onion', category: 'vegetables', basePrice: 1 };
    const product = await app.request('POST', '/api/products', fields);
    expect([product.status, product.headers.get('etag')]).toEqual([201, '"1"']);
  });

  it('holds for the availability and the deletion of a product', async () => {
    const path = `/api/products/${(await createProduct(app)).id}`;
    const put = (ifMatch: string) =>
      app.request('PUT', `${path}/availability`, { availability: 'limited' }, { 'if-match': ifMatch });
    const remove = (ifMatch: string) => app.request('DELETE', path, undefined, { 'if-match': ifMatch });
    expectProblem(await put('"2"'), 412, 'version_mismatch');
    expectProblem(await remove('"2"'), 412, 'version_mismatch');
    expectFieldError(await put('junk'), 'If-Match');
    expectFieldError(await remove('junk'), 'If-Match');
    expect(await put('"1"')).toMatchObject({ status: 200, body: { version: 2 } });
    expectProblem(await remove('"1"'), 412, 'version_mismatch');
    expect((await remove('"2"')).status).toBe(204);
  });
});
