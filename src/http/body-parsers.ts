import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { recordBody } from '../idempotency/index.js';
import { hasBody } from './has-body.js';
import { parseJsonBody } from './json-body.js';
import { routeConfig } from './route-config.js';
import { FairCpuQueue } from './fair-cpu-queue.js';

/**
 * Bytes of JSON that are parsed at once, whatever waits; a larger body waits for its turn. A thousand items in one
 * language have half as many, and take 2 ms; the worst body there may be takes 300.
 */
const AT_ONCE = 256 * 1024;

/** The route takes its body as a stream, of the type `text/csv`, as it arrives. */
export const StreamedCsv = () => routeConfig({ streamedCsv: true });

/** JSON bodies: bounded objects. CSV bodies: handed on as streams, to the routes that ask for one. */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser(['application/json', 'text/plain']);
  const large = new FairCpuQueue();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Sent in chunks, of which there are none.
    if (body.length === 0) return done(null, undefined);
    const parse = (): object => {
      const value = parseJsonBody(body);
      recordBody(request, value);
      return value;
    };
    if (body.length > AT_ONCE) return large.take(parse);
    try {
      done(null, parse());
    } catch (error) {
      done(error as Error);
    }
  });
  // To any other route a stream would be an object to validate: class-transformer copies it, sockets and all, which
  // ends the process.
  server.addContentTypeParser('text/csv', (request, payload, done) => {
    if (takesCsv(request)) done(null, payload);
    else done(new UnsupportedMediaTypeException('Send the body as application/json'));
  });
  // Many clients name a type in each of their requests, also in those without a body.
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    if (!hasBody(request) && !takesCsv(request)) delete request.headers['content-type'];
    done();
  });
  // A client may be sending still when it is refused. Unless the rest is read, it never gets to the answer, and its
  // connection neither serves another request nor lets the server close.
  server.addHook('onResponse', (request, _reply, done) => {
    request.raw.resume();
    done();
  });
}

export function takesCsv(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { streamedCsv?: boolean }).streamedCsv === true;
}
