import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { AppConfig } from '../../config/index.js';
import { endsWithin } from '../async/index.js';
import { INSTANCE } from '../instance-name.js';
import type * as sdkModule from './otel-sdk.js';
import type { OtelSdk } from './otel-sdk.js';
import { type TraceContext, traceContext } from './trace-context.js';

/** Milliseconds that the end of an instance waits for spans to be sent. */
const ENDS_WITHIN = 1_500;

type LoadSdk = () => Promise<Pick<typeof sdkModule, 'otelSdk'>>;

/**
 * Spans of what one request does, on all instances, for whatever takes OTLP over HTTP. They are made when they are
 * over, of times that are measured anyway, so without `OTEL_*` all of it is one look at `on`.
 */
export class Tracing implements OnApplicationShutdown {
  private constructor(private readonly sdk: OtelSdk | null) {}

  /** OpenTelemetry's SDK is loaded only if it is configured; without its packages, which are optional, it is off. */
  static async open(
    { telemetry, region }: Pick<AppConfig, 'telemetry' | 'region'>,
    load: LoadSdk = () => import('./otel-sdk.js'),
    logger: Pick<Logger, 'warn'> = new Logger(Tracing.name),
  ): Promise<Tracing> {
    if (!telemetry) return new Tracing(null);
    let isFailing = false;
    const sent = (error?: Error): void => {
      if (error && !isFailing) logger.warn(`Spans can't be sent to ${telemetry.url}: ${error.message}`);
      isFailing = error !== undefined;
    };
    try {
      const { otelSdk } = await load();
      const resource = { 'cloud.region': region, ...telemetry.resource };
      return new Tracing(otelSdk({ ...telemetry, resource }, INSTANCE, sent));
    } catch (error) {
      if (!isMissing(error)) throw error;
      const [reason] = error.message.split('\n', 1);
      logger.warn(`No spans are made: packages are missing that npm leaves out with --omit=optional (${reason})`);
      return new Tracing(null);
    }
  }

  get on(): boolean {
    return this.sdk !== null;
  }

  /** @param ms how long it took until now */
  request(name: string, correlationId: string, ms: number, attributes: Attributes, failed: boolean): void {
    const place = this.placeOf(correlationId);
    if (!place) return;
    const { traceId, requestSpan, parent } = place;
    const end = Date.now();
    const context = parent === undefined ? ROOT_CONTEXT : below(traceId, parent);
    const options = { kind: SpanKind.SERVER, startTime: end - ms, attributes };
    const { sdk } = this;
    const span = sdk!.withIds({ traceId, spanId: requestSpan }, () => sdk!.tracer.startSpan(name, options, context));
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(end);
  }

  /**
   * What was done for a request, on whatever instance.
   *
   * @param start milliseconds since 1970
   */
  step(name: string, correlationId: string, start: number, attributes: Attributes = {}): void {
    const place = this.placeOf(correlationId);
    if (!place) return;
    const end = Date.now();
    const options = { startTime: Math.min(start, end), attributes };
    this.sdk!.tracer.startSpan(name, options, below(place.traceId, place.requestSpan)).end(end);
  }

  async onApplicationShutdown(): Promise<void> {
    // What can't be sent has been logged; a collector that is away is tried again for longer than an end may take.
    if (this.sdk)
      await endsWithin(
        ENDS_WITHIN,
        this.sdk.shutdown().catch(() => undefined),
      );
  }

  /** Undefined: no spans are wanted. */
  private placeOf(correlationId: string): TraceContext | undefined {
    if (!this.sdk) return undefined;
    const place = traceContext(correlationId);
    return (place.sampled ?? this.sdk.samples(place.traceId)) ? place : undefined;
  }
}

/** Of spans below one that was made elsewhere, or will be. */
const below = (traceId: string, spanId: string) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });

const isMissing = (error: unknown): error is Error =>
  /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException | undefined)?.code));
