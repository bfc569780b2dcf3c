import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { AppError } from '../errors/app-error.js';

export class MalformedBodyError extends AppError {
  readonly code = 'malformed_body';
  readonly status = 400;
}

/** JSON bodies: valid UTF-8, no prototype keys, not nested absurdly. CSV bodies: handed on as streams. */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, parseJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not valid UTF-8');
  try {
    return secureJson.parse(body.toString('utf8'), null, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new MalformedBodyError(`The body is not valid JSON: ${(error as Error).message}`);
  }
}
