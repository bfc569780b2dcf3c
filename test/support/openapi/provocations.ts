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

const hasId = ({ described }: Prepared): boolean => described.path.includes('{id}');

/** What makes a server answer a sound request with the problem of this code. */
export const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  bad_request: (request) => ({ ...request, path: `${request.path}?x=%ff` }),
  malformed_body: (request) => withBody(request, '{"name":'),
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
  duplicate_sku: async (request, app) => {
    if (request.described.method === 'PATCH') return withBody(request, { sku: 'HALDI-ERODE' });
    await send(app, request);
    return request;
  },
  epoch_changed: (request) => ({ ...request, query: { epoch: OTHER_EPOCH } }),
  version_mismatch: (request) => withHeaders(request, { 'if-match': '"99"' }),
  payload_too_large: (request) => withBody(request, TOO_LARGE),
  unsupported_media_type: (request) => withHeaders(withBody(request, 'x'), { 'content-type': 'text/plain' }),
  idempotency_key_reused: async (request, app) => {
    const key = { 'idempotency-key': `reused-${request.vendorId}` };
    await app.request('POST', '/api/vendors', { name: 'Another request' }, key);
    return withHeaders(request, key);
  },
};
