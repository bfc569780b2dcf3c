import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EventCause, Principal } from '../../contracts/index.js';
import { routeConfig } from '../../http/index.js';
import { IDEMPOTENCY_KEY } from '../../idempotency/index.js';
import './fastify.js';

/**
 * `vendor`: any vendor or admin; which inventory a vendor may change is for the service to say. `consumer`: programs
 * that consume events (role `service`), and admins.
 */
export type AccessLevel = 'public' | 'vendor' | 'consumer' | 'admin';

/** Who may call the route. Without it a route is for admins. */
export const Access = (level: AccessLevel): MethodDecorator => routeConfig({ access: level });

/** Who writes, under which correlation id and `Idempotency-Key`; a service's write options take it as it is. */
export interface Author {
  by: Principal;
  correlationId: string;
  cause: EventCause;
}

/** The request's `Author`; not for public routes, whose requests may have no author. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Author => {
  const { principal, id, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  // One that can't be used has been refused by now (`addIdempotency`), or is by the importer.
  const key = headers[IDEMPOTENCY_KEY];
  return { by: principal!, correlationId: id, cause: typeof key === 'string' ? { idempotencyKey: key } : {} };
});
