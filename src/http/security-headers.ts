import type { onRequestHookHandler } from 'fastify';
import { matchedRoute } from '../infra/index.js';

const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** What Swagger UI needs: its scripts are files of this server, its styles and some images are inline. */
const SWAGGER_UI =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Answers are data: no browser should take them for anything else, show them in a frame, or hand them to another origin
 * unless CORS lets it.
 */
export function securityHeaders(crossOrigin: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': crossOrigin ? 'cross-origin' : 'same-origin',
    'content-security-policy': NOTHING,
  };
}

export function sendSecurityHeaders(crossOrigin: boolean): onRequestHookHandler {
  const headers = securityHeaders(crossOrigin);
  const docsHeaders = { ...headers, 'content-security-policy': SWAGGER_UI };
  return (request, reply, done) => {
    void reply.headers(isOfDocs(matchedRoute(request)) ? docsHeaders : headers);
    done();
  };
}

const isOfDocs = (route: string | undefined): boolean => route === '/docs' || route?.startsWith('/docs/') === true;
