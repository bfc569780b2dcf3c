import { hash } from 'node:crypto';

/** Where in which trace the spans of one correlation id belong. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** Of the span of the request, 16 digits; all others of the correlation id are below it. */
  requestSpan: string;
  /** The client's span, that the request is below. */
  parent: string | undefined;
  /** Undefined: the client doesn't say whether the trace is sampled. */
  sampled: boolean | undefined;
}

/** W3C trace context, of the version that there is; a span's id of zeros is none. */
const TRACE_PARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const UUID = /^(?!0{8}(?:-0{4}){3}-0{12}$)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isTraceParent = (text: unknown): text is string => typeof text === 'string' && TRACE_PARENT.test(text);

/**
 * The trace of a correlation id, the same on every instance: the id travels with events anyway, through the log and the
 * bus, so nothing else has to. A UUID is the trace's id itself, unless it is all zeros; a `traceparent`, which stands
 * for a correlation id where a request has none of its own, says it; others are hashed.
 */
export function traceContext(correlationId: string): TraceContext {
  const digest = hash('sha256', correlationId, 'hex');
  const requestSpan = digest.slice(32, 48);
  const [, traceId, parent, flags] = TRACE_PARENT.exec(correlationId) ?? [];
  if (traceId !== undefined) {
    return { traceId, requestSpan, parent, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
  }
  const own = UUID.test(correlationId) ? correlationId.replaceAll('-', '').toLowerCase() : digest.slice(0, 32);
  return { traceId: own, requestSpan, parent: undefined, sampled: undefined };
}
