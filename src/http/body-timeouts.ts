import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '../infra/index.js';
import { takesFile } from './body-parsers.js';
import { hasBody } from './has-body.js';

export class BodyTimeoutError extends AppError {
  readonly code = 'request_timeout';
  readonly status = 408;

  constructor() {
    super('The body did not arrive in time');
  }
}

/** Milliseconds. */
export interface BodyBounds {
  /** For a body to be there. */
  bodyWithin: number;
  /** Without a byte of a file that is read as it arrives; as a whole it may take as long as it likes. */
  uploadSilence: number;
}

/** How often a silent upload is polled in the time it has. */
const POLLS = 4;

/**
 * Cuts off bodies that don't arrive in time, also those that no handler reads: each holds a connection, and an upload
 * more.
 */
export function limitBodyTime({ bodyWithin, uploadSilence }: BodyBounds): onRequestHookHandler {
  return (request, reply, done) => {
    if (hasBody(request)) {
      if (takesFile(request)) cutWhenSilent(request, reply, uploadSilence);
      else cutAfter(request, reply, bodyWithin);
    }
    done();
  };
}

/** Bodies come as they are: a compressed body would be parsed as garbage, and what is unpacked may be a bomb. */
export function refuseEncodedBody(
  request: FastifyRequest,
  reply: FastifyReply,
  _payload: unknown,
  done: (error?: Error) => void,
): void {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity' || !hasBody(request)) return done();
  void reply.header('accept-encoding', 'identity');
  done(new UnsupportedMediaTypeException('Send the body without a content encoding'));
}

function cutAfter(request: FastifyRequest, reply: FastifyReply, within: number): void {
  const timer = setTimeout(() => cut(request, reply), within).unref();
  whenArrived(request, () => clearTimeout(timer));
}

function cutWhenSilent(request: FastifyRequest, reply: FastifyReply, silence: number): void {
  const { raw } = request;
  let seen = raw.socket.bytesRead;
  let polls = 0;
  const timer = setInterval(() => {
    // What has arrived and waits to be read is our slowness, not the client's.
    const waiting = raw.socket.bytesRead === seen && raw.readableLength === 0;
    seen = raw.socket.bytesRead;
    polls = waiting ? polls + 1 : 0;
    if (polls === POLLS) cut(request, reply);
  }, silence / POLLS).unref();
  whenArrived(request, () => clearInterval(timer));
}

function whenArrived({ raw }: FastifyRequest, stop: () => void): void {
  raw.once('end', stop);
  raw.once('close', stop);
}

/** Its connection ends with the answer, since what is left of the body would be taken for the next request. */
function cut({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  if (reply.sent) return void raw.destroy();
  // Once it is answered Node forgets the request, and a reader of its body would wait for ever.
  reply.raw.once('finish', () => raw.destroy());
  void reply.header('connection', 'close').send(new BodyTimeoutError());
}
