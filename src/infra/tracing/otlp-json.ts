export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface FinishedSpan {
  traceId: string;
  spanId: string;
  parent: string | undefined;
  name: string;
  kind: 'server' | 'internal';
  /** Milliseconds since 1970, with their parts. */
  start: number;
  end: number;
  attributes: Attributes;
  failed: boolean;
}

const KINDS = { internal: 1, server: 2 } as const;
const FAILED = 2;

/**
 * The body of a request that exports spans.
 * Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpJson(spans: readonly FinishedSpan[], resource: Attributes): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'mandi-inventory-sync' }, spans: spans.map(spanOf) }],
      },
    ],
  });
}

function spanOf({ traceId, spanId, parent, name, kind, start, end, attributes, failed }: FinishedSpan): object {
  return {
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: parent }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf(attributes),
    status: failed ? { code: FAILED } : {},
  };
}

/** As text: JSON has no whole numbers of that size. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]): object[] => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [{ key, value: { stringValue: value } }];
    if (typeof value === 'boolean') return [{ key, value: { boolValue: value } }];
    return [{ key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }];
  });
}
