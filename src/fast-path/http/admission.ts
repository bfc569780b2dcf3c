import type { INestApplication } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { AccessPolicy } from '../../auth/index.js';
import { RateLimitPolicy, type Turn } from '../../rate-limit/index.js';

/**
 * Lets a request for a public route pass at once, and says what is left of its limit; undefined: it is for the
 * framework's hooks to decide.
 */
export type Admits = (request: IncomingMessage) => Turn | undefined;

/** Those of anybody, and of a token that was checked before; as many as the rate limit has in memory. */
export function admission(app: INestApplication): Admits {
  const access = app.get(AccessPolicy);
  const limit = app.get(RateLimitPolicy);
  return (request) => {
    const principal = access.identifyAtOnce(request);
    return principal === undefined ? undefined : limit.takeAtOnce(principal, request);
  };
}
