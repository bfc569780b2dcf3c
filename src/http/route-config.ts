import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';

/** Like Nest's `RouteConfig`, which forgets what an earlier one on the same method said. */
export const routeConfig =
  (config: Record<string, unknown>): MethodDecorator =>
  (target, key, descriptor) => {
    const earlier = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as
      object | undefined;
    RouteConfig({ ...earlier, ...config })(target, key, descriptor);
  };
