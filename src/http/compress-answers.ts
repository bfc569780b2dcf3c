import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding, compress, type Encoding, MIN_COMPRESSED, weakTag } from '../infra/index.js';

type Done = (error: Error | null, payload?: unknown) => void;

/** What is text; images and archives are compressed by themselves. */
const COMPRESSIBLE = /^(?:application\/(?:[\w.-]+\+)?json|text\/)/;

type Compressed = Buffer | Promise<Buffer>;
const fixed = new WeakMap<Buffer, Map<Encoding, Compressed>>();

/** A body that never changes, as the answer of a route: it is compressed once, however often it is asked for. */
export function fixedBody(text: string): Buffer {
  const body = Buffer.from(text);
  fixed.set(body, new Map());
  return body;
}

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
  const compressed = compressedOnce(isText ? Buffer.from(payload) : payload, encoding);
  if (Buffer.isBuffer(compressed)) done(null, compressed);
  else compressed.then((body) => done(null, body), done);
}

function compressedOnce(body: Buffer, encoding: Encoding): Compressed {
  const known = fixed.get(body);
  const compressed = known?.get(encoding) ?? compress(body, encoding);
  known?.set(encoding, compressed);
  return compressed;
}

function addVary(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  if (vary === undefined) return void reply.header('vary', 'Accept-Encoding');
  const names = String(vary);
  if (!/accept-encoding/i.test(names)) void reply.header('vary', `${names}, Accept-Encoding`);
}
