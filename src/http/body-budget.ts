import type { FastifyRequest, preParsingHookHandler } from 'fastify';
import { principalKey } from '../contracts/index.js';
import { UnavailableError } from '../infra/index.js';
import { takesFile } from './body-parsers.js';
import { BODY_LIMIT } from './http-server.js';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Bytes up to which a body is let in, whatever is in memory; the limits of connections and requests bound those. */
const SMALL = 64 * KIB;
/** Bytes that a body counts for which doesn't say how long it is. */
const OF_UNKNOWN_LENGTH = MIB;
/** Bytes of larger bodies that may be in memory, arriving, waiting or being worked on: a principal’s, all. */
const PER_PRINCIPAL = 16 * MIB;
const IN_ALL = 48 * MIB;

/**
 * Bounds the memory of large bodies, and the time that one of them waits for those before it to be parsed. They count
 * from before they are read to the end of their answers; one too many is refused with a 503, unread.
 */
export function budgetBodies(): preParsingHookHandler {
  const byPrincipal = new Map<string, number>();
  let all = 0;

  const add = (key: string, bytes: number): void => {
    all += bytes;
    const sum = (byPrincipal.get(key) ?? 0) + bytes;
    if (sum > 0) byPrincipal.set(key, sum);
    else byPrincipal.delete(key);
  };

  return (request, reply, _payload, done) => {
    const bytes = bytesOf(request);
    if (bytes <= SMALL || takesFile(request)) return done();
    const key = principalKey(request.principal);
    if (all + bytes > IN_ALL || (byPrincipal.get(key) ?? 0) + bytes > PER_PRINCIPAL) {
      return done(new UnavailableError('Too many large bodies at once'));
    }
    add(key, bytes);
    reply.raw.once('close', () => add(key, -bytes));
    done();
  };
}

/** What is longer than a body may be is refused without being read. */
function bytesOf({ headers }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return OF_UNKNOWN_LENGTH;
  const length = Number(headers['content-length'] ?? 0);
  return length <= BODY_LIMIT ? length : 0;
}
