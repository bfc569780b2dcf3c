import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding, compress, MIN_COMPRESSED, weakTag } from '../infra/index.js';

type Done = (error: Error | null, payload?: unknown) => void;

/** What is text; images and archives are compressed by themselves. */
const COMPRESSIBLE = /^(?:application\/(?:[\w.-]+\+)?json|text\/)/;

/**
 * Compresses answers for clients that say that they take it, unless the route has done so already, as searches do with
 * what they keep. Streams are left alone: who reads one wants the lines as they come.
 */
export function compressAnswers(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void {
  const isText = typeof payload === 'string';
  if (!isText && !Buffer.isBuffer(payload)) return done(null, payload);
  // Of a text this is the least that it can have.
  if (payload.length < MIN_COMPRESSED || reply.hasHeader('content-encoding')) return done(null, payload);
  if (!COMPRESSIBLE.test(String(reply.getHeader('content-type')))) return done(null, payload);
  addVary(reply);
  const encoding = acceptedEncoding(request.headers['accept-encoding']);
  if (encoding === undefined) return done(null, payload);
  void reply.header('content-encoding', encoding).removeHeader('content-length');
  const etag = reply.getHeader('etag');
  if (typeof etag === 'string') void reply.header('etag', weakTag(etag));
  const compressed = compress(isText ? Buffer.from(payload) : payload, encoding);
  if (Buffer.isBuffer(compressed)) done(null, compressed);
  else compressed.then((body) => done(null, body), done);
}

function addVary(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  if (vary === undefined) return void reply.header('vary', 'Accept-Encoding');
  const names = String(vary);
  if (!/accept-encoding/i.test(names)) void reply.header('vary', `${names}, Accept-Encoding`);
}
