import { BadRequestException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { routeOf, ValidationFailedError } from '../infra/index.js';
import { routeConfig } from './route-config.js';

type Done = (error?: Error) => void;

/** Where Fastify takes a query to begin: a fragment, which no request should have, is one to it. */
const QUERY = /[?#]/;

/** The route has query parameters, and checks them itself; any other refuses them all. */
export const TakesQuery = () => routeConfig({ takesQuery: true });

/**
 * Refuses what the query parser would pass on undecoded, such as `?q=%ff` (Fastify does so for paths only), and every
 * parameter of a route that has none.
 */
export function checkQuery(request: FastifyRequest, _reply: unknown, done: Done): void {
  const start = request.url.search(QUERY);
  if (start < 0) return done();
  try {
    decodeURIComponent(request.url.slice(start + 1));
  } catch {
    return done(new BadRequestException('The query has a bad percent encoding'));
  }
  done(unknownParameters(request));
}

function unknownParameters(request: FastifyRequest): Error | undefined {
  const { config, isOfApi } = routeOf(request);
  if (!isOfApi || (config as { takesQuery?: boolean }).takesQuery === true) return undefined;
  const fields = Object.keys(request.query as object).map((field) => ({ field, message: 'is not a known parameter' }));
  return fields.length > 0 ? new ValidationFailedError(fields.slice(0, 100)) : undefined;
}
