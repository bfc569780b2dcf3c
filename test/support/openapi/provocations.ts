import { HEADER, priceLine } from '../agmarknet.js';
import { ConsumerStore } from '../../../src/consumers/store/consumer-store.js';
import type { TestApp } from '../app.js';
import { bearer } from '../tokens.js';
import { type Prepared, send } from './requests.js';

type Provocation = (request: Prepared, app: TestApp) => Prepared | Promise<Prepared>;

const TOO_LARGE = `{${' '.repeat(4 * 1024 * 1024)}}`;
const OTHER_EPOCH = '01955509-7c00-7b3e-8d4a-000000000000';

const withHeaders = (request: Prepared, headers: Record<string, string>): Prepared => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
const withBody = (request: Prepared, body: unknown): Prepared => ({ ...request, body });

/** The last one of the path's segments that names something, by another name. */
function withId(request: Prepared, id: string): Prepared {
  const at = request.described.path.split('/').indexOf('{id}');
  return { ...request, path: request.path.split('/').with(at, id).join('/') };
}

/** A row for each day. */
const priceFile = (...dates: string[]): string => [HEADER, ...dates.map((date) => priceLine({ date }))].join('\n');

/** One of the server's own, as code would have it. */
async function inProcess(app: TestApp, kind: 'in-process' | 'projection' = 'in-process'): Promise<string> {
  const consumer = {
    name: `of-the-server-${kind}`,
    kind,
    filter: {},
    onFailure: 'skip',
    maxAttempts: 1,
  } as const;
  await app.app.get(ConsumerStore).register(consumer, 1, 'beginning');
  return consumer.name;
}

const hasId = ({ described }: Prepared): boolean => described.path.includes('{id}');

/** What makes a server answer a sound request with the problem of this code. */
export const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  bad_request: (request) => ({ ...request, path: `${request.path}?x=%ff` }),
  malformed_body: (request) => withBody(request, '{"name":'),
  import_dates_ambiguous: (request) => withBody(request, priceFile('02/03/2026', '02/27/2026')),
  import_nothing_usable: (request) => withBody(request, priceFile('31/02/2026')),
  validation_failed: (request) => {
    if (request.described.body?.type === 'application/json') return withBody(request, { nope: 1 });
    if (hasId(request)) return withId(request, 'no%20id');
    if (request.described.method === 'GET') return { ...request, query: { nope: '1' } };
    return withHeaders(request, { 'idempotency-key': 'k'.repeat(256) });
  },
  import_header_invalid: (request) => withBody(request, 'State,District\n'),
  unauthorized: (request) => withHeaders(request, { authorization: 'Bearer no.such.token' }),
  forbidden: async (request) =>
    withHeaders(request, { authorization: await bearer({ role: 'vendor', vendorId: 'vnd_other' }) }),
  vendor_not_found: (request) =>
    hasId(request)
      ? withId(request, 'vnd_none')
      : withBody(request, { ...(request.body as object), vendorId: 'vnd_none' }),
  product_not_found: (request) => withId(request, 'prd_none'),
  vendor_exists: async (request, app) => {
    await send(app, request);
    return request;
  },
  alias_taken: async (request, app) => {
    const { body } = await app.request<{ id: string }>('POST', '/api/vendors', { name: 'Its vendor' });
    await send(app, withId(request, body.id));
    return request;
  },
  duplicate_sku: async (request, app) => {
    if (request.described.method === 'PATCH') return withBody(request, { sku: 'HALDI-ERODE' });
    await send(app, request);
    return request;
  },
  consumer_not_found: (request) => withId(request, 'no-such-consumer'),
  parked_event_not_found: (request) => ({
    ...request,
    path: request.path.replace(/[0-9a-f-]{36}/, OTHER_EPOCH),
  }),
  consumer_exists: async (request, app) => {
    await send(app, request);
    return request;
  },
  in_process_consumer: async (request, app) => withId(request, await inProcess(app)),
  projection_consumer: async (request, app) => withId(request, await inProcess(app, 'projection')),
  projection_not_found: (request) => withId(request, 'no-such-projection'),
  lease_lost: (request) => withBody(request, { ...(request.body as object), lease: OTHER_EPOCH }),
  epoch_changed: (request) => ({ ...request, query: { epoch: OTHER_EPOCH } }),
  version_mismatch: (request) => withHeaders(request, { 'if-match': '"99"' }),
  payload_too_large: (request) => withBody(request, TOO_LARGE),
  unsupported_media_type: (request) => withHeaders(withBody(request, 'x'), { 'content-type': 'application/xml' }),
  idempotency_key_reused: async (request, app) => {
    const key = { 'idempotency-key': `reused-${request.vendorId}` };
    await app.request('POST', '/api/vendors', { name: 'Another request' }, key);
    return withHeaders(request, key);
  },
};
