import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../contracts/index.js';
import { problemBody } from '../../http/index.js';
import { CONSUMER_NAME, PARKED_EVENT_ID } from '../examples/consumers.js';
import { CORRELATION_ID } from '../examples/events.js';
import { ONION_ID } from '../examples/products.js';
import { VENDOR_ID } from '../examples/vendors.js';
import type { Ref, Response, Schema } from '../types.js';
import { headers } from './headers.js';
import { schemaRef } from './schemas/schema.js';

type Parts = Pick<Parameters<typeof problemBody>[0], 'detail' | 'errors' | 'extensions'>;

interface ProblemKind {
  status: number;
  description: string;
  headers?: readonly string[];
  /** One example of each code there can be: its detail, and the fields at fault. */
  codes: Readonly<Record<string, Parts>>;
  /** Schemas that its body may have, if it isn't just a problem. */
  schemas?: readonly string[];
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
const NO_CONSUMER = { detail: `There is no consumer ${CONSUMER_NAME}` };
const IN_PROCESS = {
  detail: 'Consumer price-history runs in the server: it can be paused and sought, and nothing else',
};
const DROPPED = {
  events_dropped: {
    detail: 'The log begins at position 1000001: what was before is in an archive only',
    extensions: { first: 1_000_001 },
  },
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
    description: 'The file is no price file that is known, or a parameter is missing or wrong; nothing was imported',
    codes: {
      import_header_invalid: {
        detail:
          'No line is the header of a known price file. Line 1, read as UTF-8 with the separator ,, has "State", "District". ' +
          'Missing in the header line: Market, Commodity, Variety, Arrival_Date, Modal Price. Layouts that are known: …',
      },
      import_dates_ambiguous: {
        detail:
          'Days come before months in price files, but in line 3 "02/27/2026" has its month first, and other days of the ' +
          'file can be read both ways: write them as yyyy-mm-dd',
      },
      malformed_body: { detail: 'The body is not valid JSON: at byte 34' },
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
  AliasTaken: {
    status: 409,
    description: 'The names mean another vendor',
    headers: ['Idempotency-Replayed'],
    codes: { alias_taken: { detail: 'These names mean the vendor vnd_7c41a0d9e3b85f26c1d4e0aa already' } },
  },
  DuplicateSku: {
    status: 409,
    description: 'The vendor has another product with this sku',
    headers: ['Idempotency-Replayed'],
    codes: { duplicate_sku: { detail: `Vendor ${VENDOR_ID} already has a product with the sku ONION-RED-1` } },
  },
  ConsumerNotFound: {
    status: 404,
    description: 'There is no such consumer',
    headers: ['Idempotency-Replayed'],
    codes: { consumer_not_found: NO_CONSUMER },
  },
  ParkedEventNotFound: {
    status: 404,
    description: 'There is no such consumer, or no such event is parked',
    headers: ['Idempotency-Replayed'],
    codes: {
      parked_event_not_found: { detail: `No event ${PARKED_EVENT_ID} is parked of consumer ${CONSUMER_NAME}` },
      consumer_not_found: NO_CONSUMER,
    },
  },
  ConsumerExists: {
    status: 409,
    description: 'The name is taken',
    headers: ['Idempotency-Replayed'],
    codes: { consumer_exists: { detail: `There is already a consumer ${CONSUMER_NAME}` } },
  },
  InProcessConsumer: {
    status: 409,
    description: 'It runs in the server',
    headers: ['Idempotency-Replayed'],
    codes: { in_process_consumer: IN_PROCESS },
  },
  ProjectionConsumer: {
    status: 409,
    description: 'It fills the tables of a projection',
    headers: ['Idempotency-Replayed'],
    codes: {
      projection_consumer: {
        detail: 'Consumer product-history.1 fills the tables of a projection, which is rebuilt instead',
      },
    },
  },
  ProjectionNotFound: {
    status: 404,
    description: 'There is no such projection',
    headers: ['Idempotency-Replayed'],
    codes: { projection_not_found: { detail: 'There is no projection price-counts' } },
  },
  LeaseLost: {
    status: 409,
    description: 'The lease has ended, or the consumer runs in the server: ask for events again',
    headers: ['Idempotency-Replayed'],
    codes: {
      lease_lost: { detail: 'The lease has ended: ask for events again' },
      in_process_consumer: IN_PROCESS,
    },
  },
  EpochChanged: {
    status: 410,
    description:
      'The cursor is of another event log, or events behind it are in an archive only: fetch the current state and ' +
      'follow from its position',
    codes: { epoch_changed: { detail: 'The event log has another epoch' }, ...DROPPED },
    schemas: ['Problem', 'DroppedEvents'],
  },
  EventsDropped: {
    status: 410,
    description: 'Events that this depends on are in an archive only; `first` is the first position that is kept',
    codes: DROPPED,
    schemas: ['DroppedEvents'],
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
    description: 'Bodies are `application/json`; price files may be text, too',
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
  UnusableImport: {
    status: 422,
    description: 'No row of the file could be taken, or the `Idempotency-Key` was used for another request',
    codes: {
      import_nothing_usable: {
        detail: 'None of 1 rows can be used. Line 2: Modal Price: "NR" is not a number',
        extensions: {
          importId: 'imp_01955a1e2f407c6b9a8d3e5f7a9b1c2d',
          layout: 'agmarknet',
          rows: 1,
          vendorsCreated: 0,
          created: 0,
          priceChanged: 0,
          recorded: 0,
          revised: 0,
          unchanged: 0,
          rounded: 0,
          contradictory: 0,
          suspicious: 0,
          rejected: 1,
          rejections: [{ line: 2, reason: 'Modal Price: "NR" is not a number' }],
          aliasCandidates: [],
        },
      },
      idempotency_key_reused: {
        detail: 'This Idempotency-Key was used for another request: a new request needs a new key',
      },
    },
    schemas: ['Problem', 'UnusableImport'],
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

const bodySchema = (schemas: readonly string[] = ['Problem']): Schema =>
  schemas.length === 1 ? schemaRef(schemas[0]!) : { anyOf: schemas.map(schemaRef) };

function responseOf({ status, description, headers: more = [], codes, schemas }: ProblemKind): Response {
  const examples = Object.entries(codes).map(([code, parts]) => {
    const value: Problem = problemBody({ status, code, ...parts }, CORRELATION_ID);
    return [code, { summary: code, value }] as const;
  });
  return {
    description: `${STATUS_CODES[status]!}: ${description}`,
    headers: headers(...more),
    content: {
      'application/problem+json': { schema: bodySchema(schemas), examples: Object.fromEntries(examples) },
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
