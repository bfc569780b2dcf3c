import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { GENERAL, listen } from '../support/rooms.js';
import type { TestDatabase } from '../support/test-database.js';

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}
interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
}
interface Exported {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
}

const CLIENT = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };

describe('traces', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let receiver: Server;
  let apps: TestApp[];
  let received: { service: string; span: Span }[];
  let heads: IncomingHttpHeaders[];
  let refuse = false;

  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), startRedis()]);
    receiver = createServer((request, response) => {
      void json(request).then((body) => {
        heads.push(request.headers);
        if (request.url === '/v1/traces' && !refuse) {
          for (const { resource, scopeSpans } of (body as Exported).resourceSpans) {
            const service = textOf(resource.attributes, 'service.name')!;
            for (const span of scopeSpans.flatMap(({ spans }) => spans)) received.push({ service, span });
          }
        }
        response.writeHead(refuse ? 503 : 200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });
  afterAll(async () => {
    receiver.close();
    await redis.stop();
    await database.drop();
  });
  beforeEach(() => {
    [apps, received, heads, refuse] = [[], [], [], false];
  });
  afterEach(() => Promise.all(apps.map((app) => app.close())));

  const textOf = (attributes: Attribute[], name: string): string | undefined => {
    const value = attributes.find(({ key }) => key === name)?.value;
    return value?.stringValue ?? value?.intValue?.toString();
  };
  const start = async (service: string, env: Record<string, string> = {}): Promise<TestApp> => {
    const { port } = receiver.address() as AddressInfo;
    const app = await startApp({
      database,
      env: {
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_SERVICE_NAME: service,
        ...env,
      },
    });
    apps.push(app);
    return app;
  };
  const ofTrace = (trace: string) => received.filter(({ span }) => span.traceId === trace);
  const names = (trace: string): string[] =>
    [...new Set(ofTrace(trace).map(({ service, span }) => `${service}: ${span.name}`))].sort();

  it('have what a change does on all instances, below the span of the client who began it', async () => {
    const [one, other] = [await start('one'), await start('other')];
    const product = await createProduct(one);
    await listen(one, GENERAL);
    await listen(other, GENERAL);
    const traceparent = `00-${CLIENT.trace}-${CLIENT.span}-01`;
    const { status } = await one.request('PATCH', `/api/products/${product.id}`, { basePrice: 7 }, { traceparent });
    expect(status).toBe(200);
    const steps = ['commit', 'deliver', 'publish', 'sequence', 'write to sockets'];
    await waitFor(() => names(CLIENT.trace).length >= steps.length + 3, { what: 'all spans' });
    expect(names(CLIENT.trace)).toEqual(
      [
        'one: PATCH /api/products/:id',
        ...steps.map((step) => `one: ${step}`),
        'other: deliver',
        'other: write to sockets',
      ].sort(),
    );
    const spans = ofTrace(CLIENT.trace).map(({ span }) => span);
    const [request] = spans.filter(({ kind }) => kind === 2) as [Span];
    expect(request.parentSpanId).toBe(CLIENT.span);
    expect(textOf(request.attributes, 'http.response.status_code')).toBe('200');
    for (const { parentSpanId, spanId } of spans) {
      if (spanId !== request.spanId) expect(parentSpanId).toBe(request.spanId);
    }
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
      expect(Math.abs(Number(endTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
    }
  });

  it('say of searches where their pages came from', async () => {
    const app = await start('one', { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' });
    const ids = await Promise.all(
      [1, 2].map(async () => (await app.request('GET', '/api/products/search?q=tea')).headers.get('x-correlation-id')!),
    );
    ids.push((await app.request('GET', '/api/products/search?q=tea')).headers.get('x-correlation-id')!);
    const found = (id: string) =>
      ofTrace(id.replaceAll('-', '')).map(({ span }) => textOf(span.attributes, 'inventory.cache'));
    await waitFor(() => ids.every((id) => found(id).length === 1), { what: 'the spans' });
    expect(found(ids[2]!)).toEqual(['HIT']);
    expect(['MISS', 'BYPASS']).toContain(found(ids[0]!)[0]);
    expect(heads[0]).toMatchObject({ 'x-key': 'a b', 'content-type': 'application/json' });
  });

  it('are not made of what the client or the sampler leaves out, nor without an endpoint', async () => {
    const app = await start('one', { OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const ask = (traceparent?: string) =>
      app.request('GET', '/api/products/search', undefined, traceparent === undefined ? {} : { traceparent });
    await ask();
    await ask(`00-${CLIENT.trace}-${CLIENT.span}-00`);
    const sampled = `${CLIENT.trace.slice(0, -1)}7`;
    await ask(`00-${sampled}-${CLIENT.span}-01`);
    await waitFor(() => received.length > 0, { what: 'the one span' });
    expect(received.map(({ span }) => span.traceId)).toEqual([sampled]);
    const off = await start('off', { OTEL_SDK_DISABLED: 'true' });
    await off.request('GET', '/api/products/search');
    await off.close();
    apps.pop();
    expect(received).toHaveLength(1);
  });

  it('hold nothing up when they are refused, and are sent again later', async () => {
    refuse = true;
    const app = await start('one');
    expect((await app.request('GET', '/api/products/search')).status).toBe(200);
    await waitFor(() => heads.length > 0, { what: 'a refused sending' });
    refuse = false;
    expect((await app.request('GET', '/api/products/search')).status).toBe(200);
    await waitFor(() => received.length > 0, { what: 'a span' });
  });

  it('are sent before the instance has ended', async () => {
    const app = await start('one');
    await app.request('GET', '/api/products/search?q=last');
    await app.close();
    apps.pop();
    expect(received.map(({ span }) => span.name)).toContain('GET /api/products/search');
  });
});
