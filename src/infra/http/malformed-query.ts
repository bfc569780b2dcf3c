import { BadRequestException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Refuses what the query parser would pass on undecoded, such as `?q=%ff`; Fastify does so for paths only. */
export function refuseMalformedQuery(request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  const [, query = ''] = request.url.split('?', 2);
  try {
    decodeURIComponent(query);
    done();
  } catch (error) {
    done(
      error instanceof URIError ? new BadRequestException('The query has a bad percent encoding') : (error as Error),
    );
  }
}
