import type { onRequestHookHandler, onRouteHookHandler } from 'fastify';
import { AppError } from '../infra/index.js';

class MethodNotAllowedError extends AppError {
  readonly code = 'method_not_allowed';
  readonly status = 405;

  constructor(method: string, allowed: string) {
    super(`There is no ${method} here; allowed: ${allowed}`);
  }
}

/** Paths that differ in their parameters only, and the methods they have. */
interface Pattern {
  segments: readonly string[];
  methods: Set<string>;
}

/** The route of `@fastify/cors` for every path. */
const ANY = '*';
/** Scheme and host of a URL in absolute form, which proxies are sent. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;

/**
 * Answers a method that a path doesn't have with 405 and the methods that it has; OPTIONS with those alone. Looked at
 * only when no route serves a request, so that it costs the others nothing.
 */
export class OtherMethods {
  private readonly patterns = new Map<string, Pattern>();

  readonly remember: onRouteHookHandler = ({ url, method }) => {
    if (url === ANY) return;
    const pattern = this.patterns.get(url) ?? { segments: url.split('/'), methods: new Set(['OPTIONS']) };
    for (const one of [method].flat()) pattern.methods.add(one);
    this.patterns.set(url, pattern);
  };

  readonly answer: onRequestHookHandler = (request, reply, done) => {
    if (!request.is404) return done();
    const allowed = methodsOf(pathOf(request.url), this.patterns.values());
    if (allowed === undefined) return done();
    void reply.header('allow', allowed);
    if (request.method === 'OPTIONS') return void reply.status(204).send();
    done(new MethodNotAllowedError(request.method, allowed));
  };
}

/** Undefined: there is no such path. */
function methodsOf(path: string | undefined, patterns: Iterable<Pattern>): string | undefined {
  const segments = path?.split('/');
  const found = new Set<string>();
  if (segments !== undefined) {
    for (const pattern of patterns) {
      if (matches(segments, pattern.segments)) for (const method of pattern.methods) found.add(method);
    }
  }
  return found.size > 0 ? [...found].sort().join(', ') : undefined;
}

function matches(path: readonly string[], pattern: readonly string[]): boolean {
  if (pattern.at(-1) !== ANY && path.length !== pattern.length) return false;
  return pattern.every((part, at) => {
    const given = path[at];
    if (part === ANY) return given !== undefined;
    return part.startsWith(':') ? given !== undefined && given !== '' : given === part;
  });
}

/** Undefined: it can't be decoded. */
function pathOf(url: string): string | undefined {
  const path = url.replace(ORIGIN, '').split(/[?#]/, 1)[0]!;
  try {
    return decodeURI(path);
  } catch {
    return undefined; // refused by the router
  }
}
