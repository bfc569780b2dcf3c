import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type CorsOptions = Exclude<Parameters<NestFastifyApplication['enableCors']>[0], undefined>;

/** Seconds a browser may remember what it was allowed. */
const MAX_AGE = 3_600;
const EXPOSED = [
  'ETag',
  'X-Cache',
  'X-Correlation-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotency-Replayed',
];

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
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE,
    // An OPTIONS request that isn't a preflight is answered like one, instead of by a text that is no problem document.
    strictPreflight: false,
  };
}

/**
 * What an answer to no page of any origin says. Without it a cache in between would hand that answer, which names no
 * origin, to the pages that may read it.
 */
export function headersForNoOrigin(origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const forWhom = origins.includes('*') ? { 'access-control-allow-origin': '*' } : { vary: 'Origin' };
  return { ...forWhom, 'access-control-expose-headers': EXPOSED.join(', ') };
}

/** `*` must not stand in a list: there it would be an origin of that name. */
export function allowedOrigins(origins: readonly string[]): string | string[] {
  return origins.includes('*') ? '*' : [...origins];
}
