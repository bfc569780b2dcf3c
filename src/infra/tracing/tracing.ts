import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { AppConfig, type TelemetryConfig } from '../../config/index.js';
import { INSTANCE } from '../instance-name.js';
import { type Attributes, type FinishedSpan, otlpJson } from './otlp-json.js';
import { traceContext } from './trace-context.js';

/** Milliseconds between two sendings, and until one is given up. */
const SEND_EVERY = 1_000;
const SEND_WITHIN = 5_000;
/** Spans of one sending, and that may wait for one; what comes then is dropped. */
const BATCH = 512;
const MOST_WAITING = 8_192;

/**
 * Spans of what one request does, on all instances, for whatever takes OTLP over HTTP. They are made when they are
 * over, of times that are measured anyway, so without `OTEL_*` all of it is one look at `on`.
 *
 * OpenTelemetry's own SDK isn't used: its exporter asks for Node.js 22.15, and its contexts for an AsyncLocalStorage,
 * which makes every promise of Node.js 20 cost more (`correlation`). What is sent is the same protocol.
 */
@Injectable()
export class Tracing implements OnApplicationShutdown {
  private readonly logger = new Logger(Tracing.name);
  private readonly config: TelemetryConfig | null;
  private waiting: FinishedSpan[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> = Promise.resolve();
  private failing = false;

  constructor({ telemetry, region }: AppConfig) {
    this.config = telemetry && { ...telemetry, resource: { 'cloud.region': region, ...telemetry.resource } };
  }

  get on(): boolean {
    return this.config !== null;
  }

  /** @param ms how long it took until now */
  request(name: string, correlationId: string, ms: number, attributes: Attributes, failed: boolean): void {
    const end = Date.now();
    this.add(correlationId, { name, kind: 'server', start: end - ms, end, attributes, failed });
  }

  /**
   * What was done for a request, on whatever instance.
   *
   * @param start milliseconds since 1970
   */
  step(name: string, correlationId: string, start: number, attributes: Attributes = {}): void {
    const end = Date.now();
    this.add(correlationId, { name, kind: 'internal', start: Math.min(start, end), end, attributes, failed: false });
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.send();
    await this.sending;
  }

  private add(id: string, span: Omit<FinishedSpan, 'traceId' | 'spanId' | 'parent'>): void {
    if (!this.config || this.waiting.length >= MOST_WAITING) return;
    const { traceId, requestSpan, parent, sampled } = traceContext(id);
    if (!(sampled ?? isSampled(traceId, this.config.ratio))) return;
    const place =
      span.kind === 'server'
        ? { spanId: requestSpan, parent }
        : { spanId: randomBytes(8).toString('hex'), parent: requestSpan };
    this.waiting.push({ ...span, ...place, traceId });
    if (this.waiting.length >= BATCH) this.send();
    else this.timer ??= setTimeout(() => this.send(), SEND_EVERY).unref();
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const spans = this.waiting.splice(0, BATCH);
    if (spans.length === 0) return;
    this.sending = this.sending.then(() => this.post(spans));
  }

  /** Never rejects: what can't be sent is dropped, and the log says so once. */
  private async post(spans: readonly FinishedSpan[]): Promise<void> {
    const { url, headers, serviceName, resource } = this.config!;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: otlpJson(spans, { 'service.name': serviceName, 'service.instance.id': INSTANCE, ...resource }),
        signal: AbortSignal.timeout(SEND_WITHIN),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn(`Spans can't be sent to ${url}: ${(error as Error).message}`);
      this.failing = true;
    }
  }
}

/** As OpenTelemetry's sampler decides by the trace's id, so that all instances decide alike. */
function isSampled(traceId: string, ratio: number): boolean {
  return ratio >= 1 || Number.parseInt(traceId.slice(-8), 16) < ratio * 0x1_0000_0000;
}
