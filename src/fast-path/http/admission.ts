import type { INestApplication } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { sentToken, TokenVerifier } from '../../auth/index.js';
import type { Principal } from '../../contracts/index.js';
import { ClientAddresses, limitKey, RateLimits } from '../../rate-limit/index.js';

/** Whether a request for a public route may pass at once; false: it is for the framework's hooks to decide. */
export type Admits = (request: IncomingMessage) => boolean;

/** Those of anybody, and of a token that was checked before; as many as the rate limit has in memory. */
export function admission(app: INestApplication): Admits {
  const tokens = app.get(TokenVerifier);
  const limits = app.get(RateLimits);
  const addresses = app.get(ClientAddresses);

  const principalOf = (request: IncomingMessage): Principal | null | undefined => {
    const token = sentToken(request);
    return token ? tokens.known(token) : token === null ? null : undefined;
  };

  return (request) => {
    const principal = principalOf(request);
    if (principal === undefined) return false;
    return limits.off || limits.takeAtOnce(limitKey(principal, addresses.of(request)));
  };
}
