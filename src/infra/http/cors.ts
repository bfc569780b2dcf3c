import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type CorsOptions = Exclude<Parameters<NestFastifyApplication['enableCors']>[0], undefined>;

/** Seconds a browser may remember what it was allowed. */
const MAX_AGE = 3_600;

/**
 * What pages of other origins may do: all that the API offers, with a token in a header. There are no cookies, so no
 * credentials.
 */
export function corsOptions(origins: readonly string[]): CorsOptions {
  return {
    origin: allowedOrigins(origins),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'If-Match',
      'If-None-Match',
      'Idempotency-Key',
      'X-Correlation-Id',
    ],
    exposedHeaders: ['ETag', 'X-Cache', 'X-Correlation-Id', 'Retry-After', 'Idempotency-Replayed'],
    maxAge: MAX_AGE,
    // An OPTIONS request that isn't a preflight is answered like one, instead of by a text that is no problem document.
    strictPreflight: false,
  };
}

/** `*` must not stand in a list: there it would be an origin of that name. */
export function allowedOrigins(origins: readonly string[]): string | string[] {
  return origins.includes('*') ? '*' : [...origins];
}
