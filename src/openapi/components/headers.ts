import type { Header, Ref } from '../types.js';
import { CORRELATION_ID } from '../examples/events.js';

export const HEADERS: Readonly<Record<string, Header>> = {
  'X-Correlation-Id': {
    description:
      'Of the request: as sent, if it was usable, else its `traceparent` or a new one. It is in the log lines and the events.',
    required: true,
    schema: { type: 'string', pattern: '^[\\w.:/+=@-]{1,128}$' },
    example: CORRELATION_ID,
  },
  ETag: {
    description:
      'The version, for `If-Match` and `If-None-Match`; weak if the answer is compressed, which both take all the same.',
    required: true,
    schema: { type: 'string', pattern: '^(?:W/)?"\\d+"$' },
    example: '"1"',
  },
  'Page-ETag': {
    description: 'Of this very page, for `If-None-Match`; weak if it is compressed.',
    required: true,
    schema: { type: 'string', pattern: '^(?:W/)?"[\\w-]+"$' },
    example: '"qN3vB0jWq2mYH1xL8fK5cZ7eT4s"',
  },
  'Series-ETag': {
    description: 'Of these very points, for `If-None-Match`; weak, since `position` may be another one.',
    required: true,
    schema: { type: 'string', pattern: '^W/"[\\w-]+"$' },
    example: 'W/"qN3vB0jWq2mYH1xL8fK5cZ7eT4s"',
  },
  'X-Cache': {
    description: '`HIT`: as stored; `MISS`: loaded and stored; `BYPASS`: loaded, since the cache can’t be relied on.',
    required: true,
    schema: { type: 'string', enum: ['HIT', 'MISS', 'BYPASS'] },
    example: 'HIT',
  },
  'Cache-Control': {
    description:
      'With `asOf` a position: `public, max-age=31536000, immutable`; else what is kept is to be asked for again.',
    schema: { type: 'string' },
    example: 'no-cache',
  },
  Vary: {
    description:
      '`Accept-Language`, if the query has no `lang`; `Accept-Encoding`, if the answer is long enough to be compressed.',
    schema: { type: 'string' },
    example: 'Accept-Language',
  },
  'Retry-After': {
    description: 'Seconds after which a retry makes sense.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    example: 1,
  },
  RateLimit: {
    description:
      'What is left of `RATE_LIMIT`: `r` requests, and as many as at first in `t` seconds. Instances that share the limit ' +
      'learn of each other’s requests some later. Not where there is no limit, nor on what counts for nothing.',
    schema: { type: 'string', pattern: '^"default";r=\\d+;t=\\d+$' },
    example: '"default";r=5999;t=60',
  },
  'RateLimit-Policy': {
    description: 'The limit itself: `q` requests in `w` seconds (draft-ietf-httpapi-ratelimit-headers).',
    schema: { type: 'string', pattern: '^"default";q=\\d+;w=60$' },
    example: '"default";q=6000;w=60',
  },
  'Idempotency-Replayed': {
    description: 'This is the answer to an earlier request with the same `Idempotency-Key`; nothing was done again.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  'WWW-Authenticate': {
    description: 'RFC 6750: `Bearer`, with `error="invalid_token"` if there was a token.',
    required: true,
    schema: { type: 'string', pattern: '^Bearer' },
    example: 'Bearer error="invalid_token"',
  },
};

/** Headers of an answer by the names of the components; every answer has a correlation id, and most have a limit. */
export function headers(...names: string[]): Readonly<Record<string, Ref>> {
  return Object.fromEntries(
    ['X-Correlation-Id', 'RateLimit', 'RateLimit-Policy', ...names].map((name) => [
      name.endsWith('-ETag') ? 'ETag' : name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}
