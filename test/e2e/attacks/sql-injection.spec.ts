import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { Product } from '../../../src/contracts/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { forAll } from '../../support/attacks/at-once.js';
import { type Leaf, leavesOf, valueAt, withLeaf } from '../../support/attacks/leaves.js';
import { SQL_TEXTS } from '../../support/attacks/texts.js';
import { createProduct, createVendor } from '../../support/builders.js';
import { type Described, isApi, OPERATIONS } from '../../support/openapi/document.js';
import { type ExampleRequest, exampleRequests, prepare, type Prepared, send } from '../../support/openapi/requests.js';
import { faults } from '../../support/openapi/schemas.js';

/** Filters that a value either equals or not. */
const EXACT = ['state', 'district', 'vendorId', 'productId', 'category'];
const API = OPERATIONS.filter(isApi);
const placesIn = (place: string) =>
  API.flatMap((described) =>
    described.parameters.filter((one) => one.in === place).map((one) => [described.id, one.name, described] as const),
  );
const isOfAlias = (id: string): boolean => id.endsWith('VendorAlias');
const VISIBLE_ASCII = SQL_TEXTS.filter((text) => /^[!-~][ -~]*$/.test(text));

/** The example that says most. */
function fullest(described: Described): ExampleRequest {
  const size = ({ body }: ExampleRequest): number => JSON.stringify(body)?.length ?? 0;
  return exampleRequests(described).reduce((best, one) => (size(one) > size(best) ? one : best));
}

/** Text is data in every place where the document says that there is text; a new place is covered by itself. */
describe('SQL injection', () => {
  let app: TestApp;
  let canary: Product;
  let columns: unknown;
  /** But for those of projections, whose builds make views, and tables that end in a number. */
  const columnsOfTables = () =>
    app.app.get(DataSource).query<unknown[]>(`
      SELECT table_name, column_name, data_type FROM information_schema.columns
      JOIN pg_tables ON schemaname = table_schema AND tablename = table_name
      WHERE table_schema = 'public' AND table_name !~ '_[0-9]+$' ORDER BY 1, 2`);

  beforeAll(async () => {
    app = await startApp();
    canary = await createProduct(app, { vendorId: (await createVendor(app, { state: 'Delhi' })).id });
  });
  beforeEach(async () => {
    columns = await columnsOfTables();
  });
  afterEach(async () => {
    expect(await columnsOfTables()).toEqual(columns);
    expect((await app.request('GET', `/api/products/${canary.id}`)).body).toEqual(canary);
  });
  afterAll(() => app.close());

  it.each(placesIn('query'))('in the query of %s: %s', async (_id, name, described) => {
    const { path: template, method } = described;
    const path = template.replace('{id}', template.includes('vendors') ? canary.vendorId : canary.id);
    const sound = await prepare(app, fullest(described));
    // What reads is asked for the canary, what changes is sent as it should be but for this parameter.
    const request = method === 'GET' ? { ...sound, path, query: {}, headers: {} } : sound;
    const ask = async (text: string): Promise<void> => {
      const query = { ...request.query, [name]: text };
      const { status, body } = await send<Record<string, unknown>>(app, { ...request, query });
      // 422: no row of a price file could be taken.
      expect({ text, status, known: [200, 400, 422].includes(status) }).toMatchObject({ known: true });
      if (status !== 200 || method !== 'GET' || !EXACT.includes(name)) return;
      // Series have their products in lists, too, and so has what is counted of them.
      expect({ text, lists: Object.values(body).filter(Array.isArray) }).toEqual({ text, lists: [[]] });
    };
    // Only so many imports may run at once.
    await forAll(SQL_TEXTS, ask, method === 'GET' ? 8 : 1);
  });

  it.each(placesIn('path'))('in the path of %s: %s', async (_id, _name, described) => {
    const sound = await prepare(app, fullest(described));
    const at = described.path.split('/').indexOf('{id}');
    await forAll(SQL_TEXTS, async (text) => {
      const path = sound.path.split('/').with(at, encodeURIComponent(text)).join('/');
      const { status } = await send(app, { ...sound, path });
      expect({ text, status, refused: [400, 404].includes(status) }).toMatchObject({ refused: true });
    });
  });

  it.each(placesIn('header'))('in a header of %s: %s', async (_id, name, described) => {
    const sound = await prepare(app, fullest(described));
    for (const text of VISIBLE_ASCII) {
      const { status } = await send(app, { ...sound, headers: { [name]: text } });
      expect({ text, status, ours: status >= 500 }).toMatchObject({ ours: false });
    }
  });

  const bodies = API.flatMap((described) =>
    described.body?.type === 'application/json'
      ? leavesOf(described.body.media.schema).map(
          (leaf) => [described.id, leaf.path.join('.') + (leaf.isName ? ' (a name)' : ''), described, leaf] as const,
        )
      : [],
  );

  it.each(bodies.filter(([id]) => isOfAlias(id)))('in the body of %s: %s', async (id, _field, described, leaf) => {
    const sound = await prepare(app, fullest(described));
    for (const text of SQL_TEXTS) {
      const { status, body } = await send(app, { ...sound, body: withLeaf(sound.body, leaf, text) });
      if (faults(leaf.schema, text).length > 0) {
        expect({ text, status }).toEqual({ text, status: 400 });
      } else if (id === 'removeVendorAlias') {
        expect({ text, status, removed: [204, 404].includes(status) }).toMatchObject({ removed: true });
      } else {
        expect({ text, status, kept: [200, 201].includes(status) }).toMatchObject({ kept: true });
        // Texts that differ in nothing but punctuation at their ends are one name, kept as the first one spells it.
        if (status === 201) expect(valueAt(body, leaf.path)).toBe(text);
        const path = `/api/vendors/${sound.vendorId}/aliases`;
        expect((await app.request<{ aliases: unknown[] }>('GET', path)).body.aliases).toContainEqual(body);
      }
    }
  });

  it.each(bodies.filter(([id]) => id === 'acknowledgeEvents'))(
    'in the body of %s: %s',
    async (_id, _field, described, leaf) => {
      const sound = await prepare(app, fullest(described));
      for (const text of SQL_TEXTS) {
        const { status } = await send(app, { ...sound, body: withLeaf(sound.body, leaf, text) });
        // The first one that is taken ends the lease.
        const known = faults(leaf.schema, text).length > 0 ? [400] : [204, 409];
        expect({ text, status, known: known.includes(status) }).toMatchObject({ known: true });
      }
    },
  );

  it.each(bodies.filter(([id]) => !isOfAlias(id) && id !== 'acknowledgeEvents'))(
    'in the body of %s: %s',
    async (_id, _field, described, leaf) => {
      const sound = await prepare(app, fullest(described));
      for (const text of SQL_TEXTS) {
        const answer = await send<Answered>(app, { ...sound, body: withLeaf(unlikeOthers(sound), leaf, text) });
        const { status } = answer;
        const acceptable = !leaf.isName && faults(leaf.schema, text).length === 0;
        // An item of a bulk request is refused by itself.
        const refused = status === 400 || answer.body.results?.[0]?.status === 'rejected';
        expect({ text, status, accepted: [200, 201].includes(status) && !refused }).toMatchObject({
          accepted: acceptable,
        });
        if (!acceptable) expect({ text, refused }).toEqual({ text, refused: true });
        else expect(valueAt(await stored(answer.body), ofEntity(leaf))).toBe(text);
      }
    },
  );

  /** As it is read again, whether the request was for one or for a list. */
  async function stored({ id, vendorId, results }: Answered): Promise<unknown> {
    const kind = vendorId === undefined && results === undefined ? 'vendors' : 'products';
    return (await app.request('GET', `/api/${kind}/${results?.[0]?.productId ?? id}`)).body;
  }
});

interface Answered {
  id: string;
  vendorId?: string;
  results?: { productId: string; status: string }[];
}

/** Where the leaf of a request's body is in what is made of it. */
const ofEntity = ({ path }: Leaf): Leaf['path'] => (path[0] === 'items' ? path.slice(2) : path);

let serial = 0;

/** The body, of something that is not there yet if the request is to make it. */
function unlikeOthers({ described: { id }, body }: Prepared): unknown {
  serial += 1;
  if (id === 'createVendor') return { ...(body as object), id: `vnd_sql_${serial}` };
  if (id === 'createProduct') return { ...(body as object), sku: `sql-${serial}` };
  if (id !== 'upsertInventory') return body;
  return { items: [{ ...(body as { items: object[] }).items[0], sku: `sql-${serial}` }] };
}
