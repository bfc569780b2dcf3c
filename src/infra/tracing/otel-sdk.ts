import { ROOT_CONTEXT, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '../../config/index.js';

/** Milliseconds between two sendings, and until one is given up. */
const SEND_EVERY = 1_000;
const SEND_WITHIN = 5_000;
/** Spans of one sending, and that may wait for one; what comes then is dropped. */
const BATCH = 512;
const MOST_WAITING = 8_192;

/** Ids of a span that are known before it is made. */
export interface SpanIds {
  traceId: string;
  spanId: string;
}

export interface OtelSdk {
  tracer: Tracer;
  /** Makes a span that has these ids; `make` must start one, and at once. */
  withIds<Made>(ids: SpanIds, make: () => Made): Made;
  /** Whether spans of a trace that begins here are wanted: all instances decide alike. */
  samples(traceId: string): boolean;
  /** Sends what waits. */
  shutdown(): Promise<void>;
}

/**
 * OpenTelemetry's SDK for one application, whose tracer is not made the process's own: a process may have several
 * applications. It is given no context manager, since its AsyncLocalStorage makes every promise of Node.js 20 cost
 * more.
 *
 * @param sent is called after each sending, with an error if it has failed
 */
export function otelSdk(
  { url, headers, serviceName, resource, ratio }: TelemetryConfig,
  instance: string,
  sent: (error?: Error) => void,
): OtelSdk {
  const root = new TraceIdRatioBasedSampler(ratio);
  const idGenerator = new KnownIds();
  const exporter = new ReportingExporter({ url, headers, timeoutMillis: SEND_WITHIN }, sent);
  const attributes = { 'service.name': serviceName, 'service.instance.id': instance, ...resource };
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(attributes)),
    sampler: new ParentBasedSampler({ root }),
    idGenerator,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: SEND_EVERY,
        exportTimeoutMillis: SEND_WITHIN,
        maxExportBatchSize: BATCH,
        maxQueueSize: MOST_WAITING,
      }),
    ],
  });
  return {
    tracer: provider.getTracer('mandi-inventory-sync'),
    withIds: (ids, make) => idGenerator.use(ids, make),
    samples: (traceId) => root.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED,
    shutdown: () => provider.shutdown(),
  };
}

/** Random ones, but for a span whose ids follow from its correlation id. */
class KnownIds extends RandomIdGenerator {
  private known: SpanIds | undefined;

  constructor() {
    super();
    const { generateTraceId, generateSpanId } = this;
    this.generateTraceId = () => this.known?.traceId ?? generateTraceId();
    this.generateSpanId = () => this.known?.spanId ?? generateSpanId();
  }

  use<Made>(ids: SpanIds, make: () => Made): Made {
    this.known = ids;
    try {
      return make();
    } finally {
      this.known = undefined;
    }
  }
}

type Export = OTLPTraceExporter['export'];

class ReportingExporter extends OTLPTraceExporter {
  constructor(
    config: ConstructorParameters<typeof OTLPTraceExporter>[0],
    private readonly sent: (error?: Error) => void,
  ) {
    super(config);
  }

  override export(...[spans, done]: Parameters<Export>): void {
    super.export(spans, (result) => {
      this.sent(result.error);
      done(result);
    });
  }
}
