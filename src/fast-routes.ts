import type { INestApplication } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { bearerToken, TokenVerifier } from './auth/index.js';
import { type Principal, principalKey } from './contracts/index.js';
import { type FastRoutes } from './http/index.js';
import { ClientAddresses, limitKey, RateLimits } from './rate-limit/index.js';
import { FastSearchHandler } from './inventory/index.js';

/** What goes around the framework, and who may: public searches, of anybody or of a token that was checked before. */
export function fastRoutes(app: INestApplication): FastRoutes {
  const searches = app.get(FastSearchHandler);
  const tokens = app.get(TokenVerifier);
  const limits = app.get(RateLimits);
  const addresses = app.get(ClientAddresses);

  const principalOf = ({ headers: { authorization } }: IncomingMessage): Principal | null | undefined => {
    if (authorization === undefined) return null;
    const token = bearerToken(authorization);
    return token === undefined ? undefined : tokens.known(token);
  };

  return {
    find: (url) => searches.find(url),
    admits: (request) => {
      const principal = principalOf(request);
      if (principal === undefined) return false;
      return limits.off || limits.takeAtOnce(limitKey(principalKey(principal), addresses.of(request)));
    },
  };
}
