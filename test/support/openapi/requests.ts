import { ONION, ONION_ID, TURMERIC, TURMERIC_ID } from '../../../src/openapi/examples/products.js';
import { AS_OF, EPOCH } from '../../../src/openapi/examples/events.js';
import { ALIAS_MARKET, CREATE_VENDOR, VENDOR_ID } from '../../../src/openapi/examples/vendors.js';
import {
  CONSUMER_NAME,
  LEASE,
  LEASED_EVENT_ID,
  LEASED_POSITION,
  PARKED_EVENT_ID,
} from '../../../src/openapi/examples/consumers.js';
import type { LeasedEvents, Product } from '../../../src/contracts/index.js';
import type { Examples, Parameter } from '../../../src/openapi/types.js';
import { PRODUCT_RULES } from '../../../src/validation/index.js';
import type { Answer, TestApp } from '../app.js';
import { type Described, operationOf } from './document.js';

/** A request as the examples of the document say. */
export interface ExampleRequest {
  name: string;
  described: Described;
  values: ReadonlyMap<Parameter, unknown>;
  /** Of the body. */
  type: string | undefined;
  body: unknown;
}

/** The same with the ids of things that are there. */
export interface Prepared {
  described: Described;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  type: string | undefined;
  body: unknown;
  /** The vendor all of it is about. */
  vendorId: string;
}

/** The parameter that is given where one of several is needed. */
const NEEDED_OF_SEVERAL: Readonly<Record<string, string>> = { getPriceSeries: 'commodity' };
const NO_BODY: Examples = { '': { summary: 'No body', value: undefined } };

/** One request for each example of a body, and one for each example of each optional parameter. */
export function exampleRequests(described: Described): [ExampleRequest, ...ExampleRequest[]] {
  const bodies = Object.entries(
    described.operation.requestBody?.content ?? { '': { schema: {}, examples: NO_BODY } },
  ).flatMap(([type, { examples = NO_BODY }]) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, type: type === '' ? undefined : type, body: value })),
  );
  const oneNeeded = NEEDED_OF_SEVERAL[described.id];
  const needed = described.parameters.filter(({ name, required }) => required || name === oneNeeded);
  const values = new Map(needed.map((parameter) => [parameter, first(parameter)]));
  const ofBodies = bodies.map(({ name, type, body }) => ({
    name: bodies.length > 1 && type !== described.body?.type ? `${type}: ${name}` : name,
    described,
    values,
    type,
    body,
  }));
  const ofParameters = described.parameters
    .filter((parameter) => !needed.includes(parameter))
    .flatMap((parameter) =>
      Object.entries(parameter.examples).map(([name, { value }]) => ({
        name: `${parameter.name}: ${name}`,
        described,
        values: new Map([...values, [parameter, value]]),
        type: bodies[0]!.type,
        body: bodies[0]!.body,
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
  const { described, values, type } = request;
  serial += 1;
  const vendorId = `${VENDOR_ID}_${serial}`;
  const real = new Map([
    [VENDOR_ID, vendorId],
    [KEY, `${KEY}-${serial}`],
    [ALIAS_MARKET, `${ALIAS_MARKET} ${serial}`],
    [CONSUMER_NAME, `${CONSUMER_NAME}-${serial}`],
  ]);
  if (described.id !== 'createVendor') {
    await done(app.request('POST', '/api/vendors', { ...CREATE_VENDOR, id: vendorId }));
    real.set(ONION_ID, await createProduct(app, ONION, vendorId));
    real.set(TURMERIC_ID, await createProduct(app, TURMERIC, vendorId));
    const { body } = await app.request<{ epoch: string; lastPosition: number }>('GET', '/api/events?limit=1');
    real.set(EPOCH, body.epoch);
    real.set(String(AS_OF), String(body.lastPosition));
  }
  if (described.path.startsWith('/api/consumers/')) {
    const example = await consume(app, `${CONSUMER_NAME}-${serial}`, described);
    for (const [one, it] of example) real.set(one, it);
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
  const realised = realise(request.body);
  // What `send` would send as it is.
  const body = typeof realised === 'string' && type === 'application/json' ? JSON.stringify(realised) : realised;
  return { described, path, query: of('query'), headers: of('header'), type, body, vendorId };
}

/** Example value of the header. */
const KEY = String(first(operationOf('createVendor').parameters.find(({ name }) => name === 'Idempotency-Key')!));

export function send<Body>(
  app: TestApp,
  { described, path, query, headers, type: as, body }: Prepared,
): Promise<Answer<Body>> {
  const search = new URLSearchParams(query).toString();
  const type = as !== undefined && { 'content-type': as };
  return app.request(described.method, search === '' ? path : `${path}?${search}`, body, { ...type, ...headers });
}

async function createProduct(app: TestApp, like: Product, vendorId: string): Promise<string> {
  const fields = Object.fromEntries(Object.keys(PRODUCT_RULES).map((field) => [field, like[field as keyof Product]]));
  return (await done<Product>(app.request('POST', '/api/products', { vendorId, ...fields }))).id;
}

/** A consumer as an operation takes it for granted: with a lease to be acknowledged, or a parked event. */
async function consume(app: TestApp, name: string, { path }: Described): Promise<[string, string][]> {
  const consumer = { name, from: 'beginning', onFailure: 'skip', maxAttempts: 1 };
  await done(app.request('POST', '/api/consumers', consumer));
  if (!path.endsWith('/ack') && !path.includes('/parked')) return [];
  const { body } = await app.request<LeasedEvents>('GET', `/api/consumers/${name}/events?max=2`);
  const { eventId, position } = body.events[0]!;
  if (path.includes('/parked')) {
    const failed = { lease: body.lease, failed: { eventId, error: 'It fails' } };
    await app.request('POST', `/api/consumers/${name}/ack`, failed);
  }
  return [
    [LEASE, body.lease!],
    [LEASED_POSITION.toString(), position.toString()],
    [LEASED_EVENT_ID, eventId],
    [PARKED_EVENT_ID, eventId],
  ];
}

async function done<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`not set up: ${JSON.stringify(body)}`);
  return body;
}
