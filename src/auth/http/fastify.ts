import type { Principal } from '../../contracts/index.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null: anybody. Set before the body is read. */
    principal: Principal | null;
  }
}
