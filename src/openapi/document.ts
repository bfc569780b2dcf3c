import { HEADERS } from './components/headers.js';
import { PARAMETERS } from './components/parameters.js';
import { PROBLEM_RESPONSES } from './components/problems.js';
import { SCHEMAS } from './components/schemas/index.js';
import { SECURITY_SCHEMES } from './components/security.js';
import { CACHE_PATHS } from './paths/cache.js';
import { CONSUMER_PATHS } from './paths/consumers.js';
import { EVENT_PATHS } from './paths/events.js';
import { IMPORT_PATHS } from './paths/imports.js';
import { OPERATION_PATHS } from './paths/operations.js';
import { PRODUCT_PATHS } from './paths/products.js';
import { PROJECTION_PATHS } from './paths/projections.js';
import { REALTIME_PATHS } from './paths/realtime.js';
import { SEARCH_PATHS } from './paths/search.js';
import { SERIES_PATHS } from './paths/series.js';
import { VENDOR_PATHS } from './paths/vendors.js';
import type { Header, Parameter, Paths, Response, Schema } from './types.js';

const DESCRIPTION = `
Inventory of wholesale markets: every change is in every search and on every screen at once.

- Bodies are JSON in UTF-8, with or without a byte order mark; unknown fields and parameters are refused by name. Times
  are ISO 8601 in UTC, prices numbers with at most two decimals, ids opaque.
- Errors are problem details ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a stable \`code\`. Beside those
  listed with each operation any request may be refused as 408 \`request_timeout\`, 414 \`uri_too_long\` or 431
  \`headers_too_large\`; a method that a path lacks, as 405 \`method_not_allowed\` with \`Allow\`.
- Changes take an \`Idempotency-Key\`, so that a retry does nothing twice. Products and vendors have an \`ETag\`, which
  \`If-Match\` holds a change to, and which spares sending what the client has (\`If-None-Match\`).
- Changes are announced over Socket.IO: see the [AsyncAPI document](/docs/asyncapi.json).
`.trim();

const TAGS = [
  { name: 'vendors', description: 'Traders, each at one market, and what they have' },
  { name: 'products', description: 'Products of vendors: what they cost and whether they are there' },
  { name: 'search', description: 'In any language and script, always current' },
  { name: 'series', description: 'What commodities have cost over time, as markets have reported it' },
  { name: 'imports', description: 'Price files of the Indian government’s Agmarknet portal' },
  { name: 'events', description: 'The log of all changes, in one order without holes' },
  { name: 'consumers', description: 'Programs that follow the log from a position that is kept for them' },
  { name: 'projections', description: 'Tables that are made of the log alone' },
  { name: 'cache', description: 'The search cache' },
  { name: 'realtime', description: 'Sockets and their subscriptions' },
  { name: 'operations', description: 'Health, metrics and descriptions of the API; not limited, no token needed' },
];

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: object };
  servers: { url: string; description: string }[];
  tags: typeof TAGS;
  paths: Paths;
  components: {
    securitySchemes: typeof SECURITY_SCHEMES;
    schemas: Readonly<Record<string, Schema>>;
    parameters: Readonly<Record<string, Parameter>>;
    headers: Readonly<Record<string, Header>>;
    responses: Readonly<Record<string, Response>>;
  };
}

/** The HTTP side as an OpenAPI 3.1 document. */
export function openApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Mandi Inventory Sync',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: TAGS,
    paths: {
      ...VENDOR_PATHS,
      ...PRODUCT_PATHS,
      ...SEARCH_PATHS,
      ...SERIES_PATHS,
      ...IMPORT_PATHS,
      ...EVENT_PATHS,
      ...CONSUMER_PATHS,
      ...PROJECTION_PATHS,
      ...CACHE_PATHS,
      ...REALTIME_PATHS,
      ...OPERATION_PATHS,
    },
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: SCHEMAS,
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: PROBLEM_RESPONSES,
    },
  };
}
