import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { principalKey } from '../contracts/index.js';
import { routeOf } from '../infra/index.js';
import { recordBody } from '../idempotency/index.js';
import { hasBody } from './has-body.js';
import { parseJsonBody, parseLargeJsonBody } from './json-body.js';
import { routeConfig } from './route-config.js';
import { FairCpuQueue } from './fair-cpu-queue.js';

/** Bytes of JSON that are parsed in one go. A thousand prices have half as many, and take 0.3 ms. */
const IN_ONE_GO = 64 * 1024;
/**
 * Bytes of JSON that are parsed at once, whatever waits; a larger body waits for its turn. A thousand items in one
 * language have half as many, and take 2 ms.
 */
const AT_ONCE = 256 * 1024;

/** The route takes its body as a stream, as it arrives. */
export const StreamedFile = () => routeConfig({ streamedFile: true });

/** The body may be a string, and not only an object; the route looks at it by itself. */
export const BareJson = () => routeConfig({ bareJson: true });

/** What programs call a price file; its bytes say what it is. Windows calls any CSV file an Excel sheet. */
const FILE_TYPES = new Set([
  'text/csv',
  'application/csv',
  'text/plain',
  'text/tab-separated-values',
  'application/vnd.ms-excel',
  'application/json',
]);
/** The type whose parser hands the body on as a stream. */
const STREAMED = 'text/csv';

/** JSON bodies: bounded objects. Files: handed on as streams, to the routes that ask for one. */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser(['application/json', 'text/plain']);
  const large = new FairCpuQueue();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Sent in chunks, of which there are none.
    if (body.length === 0) return done(null, undefined);
    if (body.length > AT_ONCE) return large.take(() => parseLarge(request, body), principalKey(request.principal));
    if (body.length > IN_ONE_GO) return parseLarge(request, body);
    const { bareJson = false } = routeOf(request).config as { bareJson?: boolean };
    try {
      const value = parseJsonBody(body, { bare: bareJson });
      const recorded = recordBody(request, value);
      if (!recorded) return done(null, value);
      return recorded.then(() => value);
    } catch (error) {
      done(error as Error);
    }
  });
  // To any other route a stream would be an object to validate: class-transformer copies it, sockets and all, which
  // ends the process.
  server.addContentTypeParser(STREAMED, (request, payload, done) => {
    if (takesFile(request)) done(null, payload);
    else done(new UnsupportedMediaTypeException('Send the body as application/json'));
  });
}

async function parseLarge(request: FastifyRequest, body: Buffer): Promise<object> {
  const value = await parseLargeJsonBody(body);
  await recordBody(request, value);
  return value;
}

/**
 * Many clients name a type in each of their requests, also in those without a body. Parsers are of types, and not of
 * routes: what a route takes as a file is called by the one type that is streamed.
 */
export function settleBodyType(
  request: FastifyRequest,
  _reply: FastifyReply,
  _payload: unknown,
  done: () => void,
): void {
  const { headers } = request;
  if (takesFile(request)) {
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    if (FILE_TYPES.has(type.trim().toLowerCase())) headers['content-type'] = STREAMED;
  } else if (!hasBody(request)) delete headers['content-type'];
  done();
}

/**
 * A client may be sending still when it is refused. Unless the rest is read, it never gets to the answer, and its
 * connection neither serves another request nor lets the server close.
 */
export function readRest(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.raw.resume();
  done();
}

export function takesFile(request: FastifyRequest): boolean {
  return (routeOf(request).config as { streamedFile?: boolean }).streamedFile === true;
}
