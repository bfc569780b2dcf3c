import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isTraceParent } from '../tracing/trace-context.js';

/** A trace that the client has begun (W3C trace context) names the request as well as an id would. */
const traceOf = ({ traceparent }: IncomingHttpHeaders): string | undefined =>
  isTraceParent(traceparent) ? traceparent : undefined;

/** Characters that are safe in headers, logs and the database alike. */
const ACCEPTED = /^[\w.:/+=@-]{1,128}$/;

/**
 * The id that ties together a request, its log lines and the events it causes. It is handed on as an argument: in an
 * AsyncLocalStorage, Node 20 makes every promise of the process cost more, a third of a cached search altogether.
 */
export const correlation = {
  /** What the client sent if it is usable, else a new id. */
  accept: (sent: unknown): string => (typeof sent === 'string' && ACCEPTED.test(sent) ? sent : randomUUID()),
  /** The same of a request. */
  of: ({ headers }: IncomingMessage): string => correlation.accept(headers['x-correlation-id'] ?? traceOf(headers)),
};
