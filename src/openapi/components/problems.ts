import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../contracts/index.js';
import { problemBody } from '../../http/index.js';
import { CORRELATION_ID } from '../examples/events.js';
import { ONION_ID } from '../examples/products.js';
import { VENDOR_ID } from '../examples/vendors.js';
import type { Ref, Response } from '../types.js';
import { headers } from './headers.js';
import { schemaRef } from './schemas/schema.js';

type Parts = Pick<Parameters<typeof problemBody>[0], 'detail' | 'errors'>;

interface ProblemKind {
  status: number;
  description: string;
  headers?: readonly string[];
  /** One example of each code there can be: its detail, and the fields at fault. */
  codes: Readonly<Record<string, Parts>>;
}

const PRICE = 'must be a number from 0 to 9999999999.99 with at most two decimals';
const BAD_REQUEST = { bad_request: { detail: 'The query has a bad percent encoding' } };
const INVALID_ID = {
  validation_failed: {
    detail: 'id: must be an id: letters, digits or _ . : - beginning with a letter or digit',
    errors: [{ field: 'id', message: 'must be an id: letters, digits or _ . : - beginning with a letter or digit' }],
  },
};
const INVALID_FIELD = {
  validation_failed: { detail: `basePrice: ${PRICE}`, errors: [{ field: 'basePrice', message: PRICE }] },
};
const MALFORMED = { malformed_body: { detail: 'The body is not valid JSON: Unexpected end of JSON input' } };

const KINDS: Readonly<Record<string, ProblemKind>> = {
  BadRequest: { status: 400, description: 'Not a usable request', codes: BAD_REQUEST },
  InvalidRequest: {
    status: 400,
    description: 'A parameter is wrong or unknown; `errors` names each',
    codes: { ...INVALID_ID, ...BAD_REQUEST },
  },
  InvalidBody: {
    status: 400,
    description: 'The body is no JSON object, or a field or parameter is wrong or unknown; `errors` names each',
    codes: { ...INVALID_FIELD, ...MALFORMED, ...BAD_REQUEST },
  },
  InvalidImport: {
    status: 400,
    description: 'The file does not begin with the header of an Agmarknet price file; nothing was imported',
    codes: {
      import_header_invalid: { detail: 'Missing in the header line: Modal Price' },
      validation_failed: {
        detail: 'Idempotency-Key: must be 1 to 255 visible ASCII characters without spaces',
        errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters without spaces' }],
      },
      ...BAD_REQUEST,
    },
  },
  Unauthorized: {
    status: 401,
    description: 'A token is missing where one is needed, or not valid',
    headers: ['WWW-Authenticate'],
    codes: { unauthorized: { detail: 'This needs a bearer token' } },
  },
  Forbidden: {
    status: 403,
    description: 'The token does not allow this',
    codes: { forbidden: { detail: 'This belongs to another vendor' } },
  },
  VendorNotFound: {
    status: 404,
    description: 'There is no such vendor',
    headers: ['Idempotency-Replayed'],
    codes: { vendor_not_found: { detail: `There is no vendor ${VENDOR_ID}` } },
  },
  ProductNotFound: {
    status: 404,
    description: 'There is no such product, or no longer',
    headers: ['Idempotency-Replayed'],
    codes: { product_not_found: { detail: `There is no product ${ONION_ID}` } },
  },
  VendorExists: {
    status: 409,
    description: 'The id is taken',
    headers: ['Idempotency-Replayed'],
    codes: { vendor_exists: { detail: `There is already a vendor ${VENDOR_ID}` } },
  },
  DuplicateSku: {
    status: 409,
    description: 'The vendor has another product with this sku',
    headers: ['Idempotency-Replayed'],
    codes: { duplicate_sku: { detail: `Vendor ${VENDOR_ID} already has a product with the sku ONION-RED-1` } },
  },
  EpochChanged: {
    status: 410,
    description: 'The cursor is of another event log: fetch the current state and follow from its position',
    codes: { epoch_changed: { detail: 'The event log has another epoch' } },
  },
  VersionMismatch: {
    status: 412,
    description: '`If-Match` names another version than there is: read it again',
    headers: ['Idempotency-Replayed'],
    codes: { version_mismatch: { detail: 'The product is at version 2, not 1' } },
  },
  PayloadTooLarge: {
    status: 413,
    description: 'A JSON body may have 4 MiB',
    codes: { payload_too_large: { detail: 'Request body is too large' } },
  },
  UnsupportedMediaType: {
    status: 415,
    description: 'Bodies are `application/json`; price files are `text/csv`',
    codes: { unsupported_media_type: { detail: 'Unsupported Media Type: text/plain' } },
  },
  IdempotencyKeyReused: {
    status: 422,
    description: 'The `Idempotency-Key` was used for another request',
    codes: {
      idempotency_key_reused: {
        detail: 'This Idempotency-Key was used for another request: a new request needs a new key',
      },
    },
  },
  TooManyRequests: {
    status: 429,
    description: 'Slow down',
    headers: ['Retry-After'],
    codes: { too_many_requests: { detail: 'Too many requests: try again in 12 s' } },
  },
  Unavailable: {
    status: 503,
    description: 'The database is out of reach or a queue is full: retry; a write may or may not have been done',
    headers: ['Retry-After'],
    codes: { unavailable: { detail: 'The database is out of reach' } },
  },
  UnavailableForWrites: {
    status: 503,
    description:
      'The database is out of reach, a queue is full, or others keep changing the same product: retry; a write may or may not have been done',
    headers: ['Retry-After'],
    codes: {
      unavailable: { detail: 'The database is out of reach' },
      write_contention: { detail: 'Others keep changing this product' },
    },
  },
};

function responseOf({ status, description, headers: more = [], codes }: ProblemKind): Response {
  const examples = Object.entries(codes).map(([code, parts]) => {
    const value: Problem = problemBody({ status, code, ...parts }, CORRELATION_ID);
    return [code, { summary: code, value }] as const;
  });
  return {
    description: `${STATUS_CODES[status]!}: ${description}`,
    headers: headers(...more),
    content: {
      'application/problem+json': { schema: schemaRef('Problem'), examples: Object.fromEntries(examples) },
    },
  };
}

export const PROBLEM_RESPONSES: Readonly<Record<string, Response>> = Object.fromEntries(
  Object.entries(KINDS).map(([name, kind]) => [name, responseOf(kind)]),
);

/** Responses of an operation by the names of the components. */
export function problems(...names: string[]): Readonly<Record<string, Ref>> {
  return Object.fromEntries(
    names.map((name) => {
      const kind = KINDS[name];
      if (!kind) throw new Error(`There is no problem ${name}`);
      return [String(kind.status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

/** What any request under /api may be answered with. */
export const ANY_REQUEST = ['Unauthorized', 'TooManyRequests', 'Unavailable'] as const;
/** What any JSON body may be answered with. */
export const ANY_BODY = ['InvalidBody', 'PayloadTooLarge', 'UnsupportedMediaType'] as const;
/** What any write may be answered with. */
export const ANY_WRITE = ['Unauthorized', 'Forbidden', 'IdempotencyKeyReused', 'TooManyRequests'] as const;
