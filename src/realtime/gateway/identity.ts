import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { InvalidTokenError, TokenVerifier } from '../../auth/index.js';
import type { Principal } from '../../contracts/index.js';
import { AppError } from '../../infra/index.js';
import type { ExceptionMessage } from '../protocol/messages.js';

/**
 * Who connects: the same tokens as over HTTP, as `auth: { token }` of the handshake or in its `Authorization` header.
 * Rooms are public, so none is needed; a bad one is refused with a `connect_error` whose `data` says why.
 */
@Injectable()
export class Identity {
  constructor(private readonly tokens: TokenVerifier) {}

  guard(namespace: Namespace): void {
    namespace.use((socket, next) => {
      this.identify(socket).then(
        (principal) => {
          (socket.data as { principal?: Principal | null }).principal = principal;
          next();
        },
        (error: unknown) => next(refusal(error)),
      );
    });
  }

  private async identify({ handshake }: Socket): Promise<Principal | null> {
    const token =
      (handshake.auth as { token?: unknown } | undefined)?.token ?? bearerOf(handshake.headers.authorization);
    if (token === undefined || token === null || token === '') return null;
    if (typeof token !== 'string') throw new InvalidTokenError('it is not a string');
    return this.tokens.verify(token);
  }
}

/** A client that sent a token may hear what is wrong with it; there is nothing to say of other failures. */
function refusal(error: unknown): Error {
  const known = error instanceof AppError;
  const message = known ? error.message : 'Something went wrong';
  const data: ExceptionMessage = { status: 'error', code: known ? error.code : 'internal_error', message };
  return Object.assign(new Error(message), { data });
}

function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : header.replace(/^Bearer +/i, '');
}
