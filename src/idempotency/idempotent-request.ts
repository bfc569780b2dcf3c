import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { principalKey } from '../contracts/index.js';
import { inSlices, matchedRoute, routeOf, ValidationFailedError } from '../infra/index.js';
import { canonicalParts } from './canonical-json.js';

export const IDEMPOTENCY_KEY = 'idempotency-key';

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const VISIBLE_ASCII = /^[!-~]{1,255}$/;

/** Whose key it is, and which. Two clients may well choose the same one. */
export interface KeyOwner {
  /** SHA-256 of the principal's key: of a fixed length, whatever a token holds. */
  principal: Buffer;
  key: string;
}

/** SHA-256 of JSON bodies whose request has a key. */
const bodies = new WeakMap<FastifyRequest, Buffer>();

/**
 * For the body parser, before anything changes what it has parsed. Not the bytes: libraries and languages that keep
 * members in hash maps write the same body in another order when they try again.
 */
export function recordBody(request: FastifyRequest, body: object | string): Promise<void> | undefined {
  if (request.headers[IDEMPOTENCY_KEY] === undefined) return undefined;
  return hashOf(body).then((hash) => void bodies.set(request, hash));
}

/** SHA-256 of the body as one canonical text. */
async function hashOf(body: object | string): Promise<Buffer> {
  const hash = createHash('sha256');
  await inSlices(canonicalParts(body), (part) => hash.update(part));
  return hash.digest();
}

/** Null if the request has no key. Throws `ValidationFailedError` for one that can't be used. */
export function keyOwnerOf(request: FastifyRequest): KeyOwner | null {
  const key = request.headers[IDEMPOTENCY_KEY];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters without spaces';
    throw new ValidationFailedError([{ field: 'Idempotency-Key', message }]);
  }
  return { principal: sha256(principalKey(request.principal ?? null)), key };
}

/**
 * What makes it the same request: method, path, body and the version it is for.
 * @param parameters of a route whose query changes what it does
 */
export function requestHash(
  request: FastifyRequest,
  body: Buffer = bodies.get(request) ?? sha256(''),
  parameters: readonly string[] = [],
): Buffer {
  const { method, headers } = request;
  return createHash('sha256')
    .update(JSON.stringify([method, pathOf(request), headers['if-match'] ?? null, ...parameters]))
    .update(body)
    .digest();
}

/** As it is usually written, however it was: the route with its parameters. */
function pathOf(request: FastifyRequest): string | undefined {
  const params = request.params as Record<string, string>;
  return matchedRoute(request)?.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name]!));
}

/** Whether the key is for the hooks: a request that may change something, of the API, with a body that is at hand. */
export function acceptsIdempotencyKey(request: FastifyRequest): boolean {
  if (request.headers[IDEMPOTENCY_KEY] === undefined || !UNSAFE.has(request.method)) return false;
  const { config, isOfApi } = routeOf(request);
  return isOfApi && (config as { streamedFile?: boolean }).streamedFile !== true;
}

function sha256(data: Buffer | string): Buffer {
  return createHash('sha256').update(data).digest();
}
