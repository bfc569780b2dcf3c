import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../contracts/index.js';
import { routeConfig } from '../../http/index.js';
import './fastify.js';

/** `vendor`: any vendor or admin; which inventory a vendor may change is for the service to say. */
export type AccessLevel = 'public' | 'vendor' | 'admin';

/** Who may call the route. Without it a route is for admins. */
export const Access = (level: AccessLevel): MethodDecorator => routeConfig({ access: level });

/** Who writes, and under which correlation id; a service's write options take it as it is. */
export interface Author {
  by: Principal;
  correlationId: string;
}

/** The request's `Author`; not for public routes, whose requests may have no author. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Author => {
  const { principal, id } = context.switchToHttp().getRequest<FastifyRequest>();
  return { by: principal!, correlationId: id };
});
