import { ONION, ONION_ID, TURMERIC, TURMERIC_ID } from '../../../src/openapi/examples/products.js';
import { EPOCH } from '../../../src/openapi/examples/events.js';
import { CREATE_VENDOR, VENDOR_ID } from '../../../src/openapi/examples/vendors.js';
import type { Product } from '../../../src/contracts/index.js';
import type { Examples, Parameter } from '../../../src/openapi/types.js';
import type { Answer, TestApp } from '../app.js';
import { type Described, operationOf } from './document.js';

/** A request as the examples of the document say. */
export interface ExampleRequest {
  name: string;
  described: Described;
  values: ReadonlyMap<Parameter, unknown>;
  body: unknown;
}

/** The same with the ids of things that are there. */
export interface Prepared {
  described: Described;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
  /** The vendor all of it is about. */
  vendorId: string;
}

const NO_BODY: Examples = { '': { summary: 'No body', value: undefined } };

/** One request for each example of a body, and one for each example of each optional parameter. */
export function exampleRequests(described: Described): [ExampleRequest, ...ExampleRequest[]] {
  const bodies = Object.entries(described.body?.media.examples ?? NO_BODY);
  const needed = described.parameters.filter(({ required }) => required);
  const values = new Map(needed.map((parameter) => [parameter, first(parameter)]));
  const ofBodies = bodies.map(([name, { value }]) => ({ name, described, values, body: value }));
  const ofParameters = described.parameters
    .filter(({ required }) => !required)
    .flatMap((parameter) =>
      Object.entries(parameter.examples).map(([name, { value }]) => ({
        name: `${parameter.name}: ${name}`,
        described,
        values: new Map([...values, [parameter, value]]),
        body: bodies[0]![1].value,
      })),
    );
  return [ofBodies[0]!, ...ofBodies.slice(1), ...ofParameters];
}

const first = ({ examples }: Parameter): unknown => Object.values(examples)[0]!.value;

let serial = 0;

/**
 * Sets up what an example takes for granted (a vendor with two products; not for its own creation) and writes its ids
 * into the request: each request has a vendor of its own, so that no order among them matters.
 */
export async function prepare(app: TestApp, request: ExampleRequest): Promise<Prepared> {
  const { described, values } = request;
  serial += 1;
  const vendorId = `${VENDOR_ID}_${serial}`;
  const real = new Map([
    [VENDOR_ID, vendorId],
    [KEY, `${KEY}-${serial}`],
  ]);
  if (described.id !== 'createVendor') {
    await done(app.request('POST', '/api/vendors', { ...CREATE_VENDOR, id: vendorId }));
    real.set(ONION_ID, await createProduct(app, ONION, vendorId));
    real.set(TURMERIC_ID, await createProduct(app, TURMERIC, vendorId));
    real.set(EPOCH, (await app.request<{ epoch: string }>('GET', '/api/events?limit=1')).body.epoch);
  }
  const realise = <T>(value: T): T => {
    if (value === undefined) return value;
    return JSON.parse(
      [...real].reduce((text, [example, it]) => text.replaceAll(example, it), JSON.stringify(value)),
    ) as T;
  };
  const of = (place: Parameter['in']): Record<string, string> =>
    Object.fromEntries(
      [...values].filter(([one]) => one.in === place).map(([{ name }, value]) => [name, String(realise(value))]),
    );
  const path = Object.entries(of('path')).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    described.path,
  );
  return { described, path, query: of('query'), headers: of('header'), body: realise(request.body), vendorId };
}

/** Example value of the header. */
const KEY = String(first(operationOf('createVendor').parameters.find(({ name }) => name === 'Idempotency-Key')!));

export function send<Body>(app: TestApp, { described, path, query, headers, body }: Prepared): Promise<Answer<Body>> {
  const search = new URLSearchParams(query).toString();
  const type = described.body && { 'content-type': described.body.type };
  return app.request(described.method, search === '' ? path : `${path}?${search}`, body, { ...type, ...headers });
}

async function createProduct(app: TestApp, like: Product, vendorId: string): Promise<string> {
  const { sku, name, names, description, category, unit, basePrice, currency, availability } = like;
  const fields = { sku, name, names, description, category, unit, basePrice, currency, availability };
  return (await done<Product>(app.request('POST', '/api/products', { vendorId, ...fields }))).id;
}

async function done<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`not set up: ${JSON.stringify(body)}`);
  return body;
}
