import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Product, Vendor } from '../../../src/contracts/index.js';
import { type Answer, startApp, type TestApp } from '../../support/app.js';
import { createProduct, createVendor } from '../../support/builders.js';
import { expectFieldError, expectProblem } from '../../support/problems.js';
import { storedDigest } from '../../support/reading.js';
import { bearer } from '../../support/tokens.js';

/** Fields that the server sets, and that name somebody's property. */
const OURS = ['id', 'vendorId', 'version', 'createdAt', 'updatedAt', 'vendor', 'principal', 'role', 'productId', 'seq'];

/** A vendor with a token of its own gets no further than its inventory. */
describe('confinement', () => {
  let app: TestApp;
  let mine: Product;
  let theirs: Product;
  let me: Record<string, string>;
  let them: Record<string, string>;

  beforeAll(async () => {
    app = await startApp();
    [mine, theirs] = [await createProduct(app), await createProduct(app)];
    me = { authorization: await bearer({ role: 'vendor', vendorId: mine.vendorId }) };
    them = { authorization: await bearer({ role: 'vendor', vendorId: theirs.vendorId }) };
  });
  afterAll(() => app.close());

  const creation = (vendorId: string, name = 'Onion') => ({ vendorId, name, category: 'vegetables', basePrice: 10 });

  describe('mass assignment', () => {
    const valueOf = (field: string): unknown =>
      ({ version: 99, vendorId: theirs.vendorId, id: theirs.id, productId: theirs.id })[field] ?? 'x';

    it.each(OURS)(
      '%s is refused by its name wherever it is no field, and nothing of the rest is done',
      async (field) => {
        const before = await storedDigest(app);
        const more = { name: 'Taken over', [field]: valueOf(field) };
        const item = { sku: mine.sku, ...more };
        for (const [method, path, body, name] of [
          ['PATCH', `/api/products/${mine.id}`, more, field],
          ['PATCH', `/api/vendors/${mine.vendorId}`, more, field],
          ['PUT', `/api/products/${mine.id}/availability`, { availability: 'limited', [field]: valueOf(field) }, field],
          [
            'PUT',
            `/api/vendors/${mine.vendorId}/inventory`,
            { items: [{ sku: mine.sku }], [field]: valueOf(field) },
            field,
          ],
          ...(field === 'vendorId'
            ? []
            : [['POST', '/api/products', { ...creation(mine.vendorId), [field]: valueOf(field) }, field] as const]),
        ] as const) {
          expectFieldError(await app.request(method, path, body, me), name);
        }
        const ours = `/api/vendors/${mine.vendorId}/inventory`;
        const { body } = await app.request('PUT', ours, { items: [item] }, me);
        expect(body).toMatchObject({ results: [{ sku: mine.sku, status: 'rejected', field }] });
        expect(await storedDigest(app)).toBe(before);
      },
    );

    it("another's sku in one's own inventory is one's own product", async () => {
      const { body } = await app.request<{ results: { productId: string; status: string }[] }>(
        'PUT',
        `/api/vendors/${mine.vendorId}/inventory`,
        { items: [{ ...creation('', 'Copy'), sku: theirs.sku, vendorId: undefined }] },
        me,
      );
      expect(body.results[0]).toMatchObject({ status: 'created', productId: expect.not.stringMatching(theirs.id) });
      expect((await app.request('GET', `/api/products/${theirs.id}`)).body).toEqual(theirs);
    });

    it('a product id for a vendor id, and the other way round, leads nowhere', async () => {
      const before = await storedDigest(app);
      expectProblem(await app.request('PATCH', `/api/vendors/${mine.id}`, { name: 'x' }, me), 403, 'forbidden');
      expectProblem(await app.request('PATCH', `/api/products/${mine.vendorId}`, { name: 'x' }, me), 404);
      expect(await storedDigest(app)).toBe(before);
    });

    it('a token whose vendor is not there makes none', async () => {
      const nobody = { authorization: await bearer({ role: 'vendor', vendorId: 'vnd_none' }) };
      expectProblem(await app.request('PATCH', '/api/vendors/vnd_none', { name: 'x' }, nobody), 404);
      expectProblem(await app.request('POST', '/api/products', creation('vnd_none'), nobody), 404);
      const items = { items: [{ sku: 'x', name: 'x', category: 'x', basePrice: 1 }] };
      expectProblem(await app.request('PUT', '/api/vendors/vnd_none/inventory', items, nobody), 404);
    });
  });

  describe('Idempotency-Keys', () => {
    const replayed = ({ headers }: Answer<unknown>): boolean => headers.get('idempotency-replayed') === 'true';
    const keyed = () => ({ 'idempotency-key': randomUUID() });

    it('two principals with the same key have two effects, and neither sees the answer of the other', async () => {
      const key = keyed();
      const create = (vendorId: string, who: Record<string, string>) =>
        app.request<Product>('POST', '/api/products', creation(vendorId), { ...who, ...key });
      const [first, second] = [await create(mine.vendorId, me), await create(theirs.vendorId, them)];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect([replayed(first), replayed(second)]).toEqual([false, false]);
      expect(second.body.vendorId).toBe(theirs.vendorId);
      expect(second.body.id).not.toBe(first.body.id);
      // Each gets its own again.
      expect((await create(mine.vendorId, me)).body).toEqual(first.body);
      expect((await create(theirs.vendorId, them)).body).toEqual(second.body);
    });

    it("repeating another's very request gets its own refusal, not the answer", async () => {
      const key = keyed();
      const body = creation(mine.vendorId, 'Secret');
      const first = await app.request<Product>('POST', '/api/products', body, { ...me, ...key });
      expect(first.status).toBe(201);
      const before = await storedDigest(app);
      for (const [who, status] of [
        [them, 403],
        [{ authorization: '' }, 401],
        [{ authorization: 'Bearer nonsense' }, 401],
        [{ authorization: `${me.authorization}x` }, 401],
      ] as const) {
        const answer = await app.request('POST', '/api/products', body, { ...who, ...key });
        expectProblem(answer, status);
        expect(replayed(answer)).toBe(false);
        expect(JSON.stringify(answer.body)).not.toContain(first.body.id);
      }
      expect(await storedDigest(app)).toBe(before);
    });

    it('an admin with the key of a vendor has an effect of its own', async () => {
      const vendor = await createVendor(app);
      const key = keyed();
      const rename = (name: string, who: Record<string, string>) =>
        app.request<Vendor>('PATCH', `/api/vendors/${vendor.id}`, { name }, { ...who, ...key });
      const owner = { authorization: await bearer({ role: 'vendor', vendorId: vendor.id }) };
      expect((await rename('By its owner', owner)).body.version).toBe(2);
      const byAdmin = await rename('By an admin', {});
      expect(byAdmin).toMatchObject({ status: 200, body: { name: 'By an admin', version: 3 } });
      expect(replayed(byAdmin)).toBe(false);
    });

    it('at once, too', async () => {
      const key = keyed();
      const before = await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const [vendorId, who] = index % 2 ? [mine.vendorId, me] : [theirs.vendorId, them];
          return app.request<Product>('POST', '/api/products', creation(vendorId, 'At once'), { ...who, ...key });
        }),
      );
      answers.forEach(({ status, body }, index) => {
        expect(status).toBe(201);
        expect(body.vendorId).toBe(index % 2 ? mine.vendorId : theirs.vendorId);
      });
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(2);
      const after = await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
      expect(after.body.lastPosition - before.body.lastPosition).toBe(2);
    });
  });
});
