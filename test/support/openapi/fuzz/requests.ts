import fc from 'fast-check';
import type { Parameter } from '../../../../src/openapi/types.js';
import { type Described, OPERATIONS } from '../document.js';
import { broken, hostileHeader, hostileText, hostileValue } from './hostile.js';
import { nearly } from './values.js';

export interface FuzzRequest {
  id: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Requests of all operations, by the document; most are nearly sound. */
export function fuzzRequests(tokens: readonly string[]): fc.Arbitrary<FuzzRequest> {
  // What an operation may do to the others is little enough: emptying the cache, or an import.
  const ofConsumers = OPERATIONS.filter(({ path }) => path.startsWith('/api/consumers')).map(
    ({ id }) => [id, 1] as const,
  );
  const weights: Record<string, number> = {
    ...Object.fromEntries(ofConsumers),
    clearCaches: 1,
    importAgmarknet: 1,
    deleteProduct: 2,
    getMetrics: 1,
  };
  return fc.oneof(
    ...OPERATIONS.map((described) => ({
      weight: described.path.startsWith('/api/') ? (weights[described.id] ?? 8) : 1,
      arbitrary: requestOf(described, tokens),
    })),
  );
}

function requestOf(described: Described, tokens: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const { id, method, path } = described;
  return fc
    .record({
      method: rarely(fc.constant(method), fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST')),
      path: pathOf(described, path),
      query: queryOf(described),
      headers: headersOf(described, tokens),
      body: bodyOf(described),
    })
    .map((request) => ({
      id,
      method: request.method,
      path: request.path + request.query,
      headers: request.headers,
      body: request.method === 'GET' || request.method === 'HEAD' ? undefined : request.body,
    }));
}

const rarely = <T>(sound: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 25, arbitrary: sound }, { weight: 1, arbitrary: other });

const encoded = (value: unknown): string =>
  encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed());
/** What an HTTP client would never put into a URL, as far as Node's lets it pass. */
const RAW = [
  '%',
  '%zz',
  '%c0%af',
  '%ed%a0%80',
  '..',
  '//',
  ';',
  '\u00ff',
  '%2f',
  '%00',
  '[]',
  '{id}',
  '"',
  '%25',
  'a'.repeat(300),
];

function pathOf({ parameters }: Described, path: string): fc.Arbitrary<string> {
  if (!path.includes('{id}'))
    return rarely(
      fc.constant(path),
      fc.constantFrom('/', '/x', '?').map((end) => path + end),
    );
  const { schema } = parameters.find((one) => one.in === 'path')!;
  const prefix = path.includes('/vendors/') ? 'vnd' : 'prd';
  const known = fc.nat(60).map((index) => `${prefix}_pool_${index}`);
  const sound = fc.oneof({ weight: 6, arbitrary: known }, { weight: 1, arbitrary: nearly(schema).map(encoded) });
  return rarely(sound, fc.constantFrom(...RAW)).map((one) => path.replace('{id}', () => one));
}

function queryOf({ parameters }: Described): fc.Arbitrary<string> {
  const query = parameters.filter((one) => one.in === 'query');
  const unknown = fc.tuple(hostileText, hostileText).map((pair) => pair.map(encoded).join('='));
  const raw = fc.constantFrom(...RAW, 'limit[]=1', 'limit=1&limit=2', 'q=a&q=b', '=', '&&&', '__proto__=1', 'limit=+1');
  if (query.length === 0)
    return rarely(
      fc.constant(''),
      fc.oneof(unknown, raw).map((one) => `?${one}`),
    );
  const pair = fc
    .constantFrom(...query)
    .chain(({ name, schema }) => nearly(schema).map((value) => `${name}=${encoded(value)}`));
  return fc
    .tuple(fc.array(pair, { maxLength: 4 }), rarely(fc.constant(''), fc.oneof(unknown, raw)))
    .map(([pairs, more]) => [...pairs, ...(more === '' ? [] : [more])].join('&'))
    .map((text) => (text === '' ? '' : `?${text}`));
}

const VALUES_OF_HEADERS: Record<string, readonly string[]> = {
  'Idempotency-Key': Array.from({ length: 200 }, (_, index) => `key-${index}`),
  'If-Match': ['"1"', '"2"', '*', '"9"', 'W/"1"'],
  'If-None-Match': ['"1"', '"2"', '*', 'W/"1", "2"'],
  'X-Correlation-Id': ['fuzz', '01955a1e-2f40-7c6b-9a8d-3e5f7a9b1c2d'],
};

function headersOf({ parameters, body }: Described, tokens: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const [admin = '', ...others] = tokens;
  const authorization = fc.oneof(
    { weight: 20, arbitrary: fc.constant(admin) },
    { weight: 6, arbitrary: fc.constantFrom(...others) },
    { weight: 1, arbitrary: hostileHeader },
  );
  const known = parameters.filter((one) => one.in === 'header');
  const one = fc.constantFrom(...known).chain(({ name }: Parameter) => {
    const values = VALUES_OF_HEADERS[name];
    if (!values) throw new Error(`There are no values of ${name}`);
    const sound = fc.constantFrom(...values);
    return fc
      .oneof({ weight: 4, arbitrary: sound }, { weight: 1, arbitrary: hostileHeader })
      .map((value) => [name, value] as const);
  });
  const odd = fc.tuple(
    fc.constantFrom(
      'Accept',
      'Content-Encoding',
      'Origin',
      'X-Forwarded-For',
      'Range',
      'Cookie',
      'Accept-Encoding',
      'Expect-CT',
    ),
    hostileHeader,
  );
  const type = rarely(
    fc.constant(body?.type ?? ''),
    fc.constantFrom(
      'text/plain',
      'application/xml',
      'application/json; charset=utf-16',
      'text/csv',
      'multipart/form-data',
      '/',
      '',
    ),
  );
  return fc
    .record({
      authorization,
      type,
      known: fc.array(one, { maxLength: 2 }),
      odd: rarely(
        fc.constant([] as [string, string][]),
        odd.map((pair) => [pair]),
      ),
    })
    .map((parts) => ({
      ...Object.fromEntries([...parts.known, ...parts.odd]),
      ...(parts.authorization !== '' && { Authorization: parts.authorization }),
      ...(parts.type !== '' && { 'Content-Type': parts.type }),
    }));
}

function bodyOf({ body }: Described): fc.Arbitrary<string | undefined> {
  if (!body) return rarely(fc.constant<string | undefined>(undefined), fc.constantFrom('{}', 'x', ''));
  if (body.type === 'text/csv') return csv;
  const sound = nearly(body.media.schema).map((value) => JSON.stringify(value));
  const examples = fc.constantFrom(...Object.values(body.media.examples!).map(({ value }) => JSON.stringify(value)));
  return fc.oneof(
    { weight: 20, arbitrary: sound },
    { weight: 2, arbitrary: examples },
    { weight: 1, arbitrary: broken(examples) },
    { weight: 1, arbitrary: hostileValue.map((value) => JSON.stringify(value)) },
  );
}

const COLUMNS = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';
const field = rarely(
  fc.constantFrom('Delhi', 'Azadpur', 'Onion', 'Red', 'FAQ', '02/03/2026', '2400', '"a,b"'),
  hostileText,
);
const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.nat(90_000).map((price) => `Delhi,North Delhi,Azadpur,Onion,Red,FAQ,02/03/2026,1,2,${price / 100}`),
  },
  { weight: 1, arbitrary: fc.array(field, { minLength: 8, maxLength: 12 }).map((fields) => fields.join(',')) },
);
const csv = fc
  .tuple(
    rarely(fc.constant(COLUMNS), hostileText),
    fc.array(line, { maxLength: 8 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([columns, lines, end]) => [columns, ...lines].join(end));
