import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';

const METRICS: Record<string, string> = {
  inventory_events_published_total: 'counter',
  inventory_event_publish_failures_total: 'counter',
  inventory_relay_backlog: 'gauge',
  inventory_leader: 'gauge',
  inventory_bus_connected: 'gauge',
  inventory_build_info: 'gauge',
  inventory_database_connections: 'gauge',
  inventory_imports_total: 'counter',
  inventory_import_rows_total: 'counter',
  inventory_log_hot_events: 'gauge',
  inventory_log_oldest_hot_event_seconds: 'gauge',
  inventory_log_segments: 'gauge',
  inventory_log_sealed_position: 'gauge',
  inventory_log_sealed_bytes: 'gauge',
  inventory_event_delivery_seconds: 'histogram',
  realtime_connections: 'gauge',
  realtime_subscriptions: 'gauge',
  realtime_notifications_sent_total: 'counter',
  http_request_duration_seconds: 'histogram',
  errors_total: 'counter',
  nodejs_eventloop_lag_seconds: 'gauge',
  process_cpu_seconds_total: 'counter',
};

describe('health and metrics', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (path: string) => app.request('GET', path);
  const metrics = async () => (await app.request<string>('GET', '/metrics')).body;

  it('is live, ready and healthy', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const parts = { database: { status: 'up' }, bus: { status: 'up' } };
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok', parts } });
    const log = { status: 'up', detail: 'no events; 0 sealed segments up to position 0, 0 bytes' };
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok', parts: { ...parts, log } } });
  });

  it('is degraded as long as another instance uses the database, and there is no Redis', async () => {
    const other = await startApp({ database: app.database });
    const detail = 'other instances use the database, and without Redis they are followed by the log only';
    for (const one of [app, other]) {
      const health = await one.request('GET', '/health/ready');
      const body = { status: 'degraded', parts: { bus: { status: 'degraded', detail } } };
      expect(health).toMatchObject({ status: 200, body });
    }
    await other.close();
    await waitFor(async () => (await get('/health/ready')).body.status === 'ok', { what: 'the other to be gone' });
  });

  it.each(Object.entries(METRICS))('declares %s, a %s', async (name, type) => {
    expect(await metrics()).toContain(`# TYPE ${name} ${type}\n`);
  });

  it('is in the text format of Prometheus', async () => {
    const { status, headers, body } = await app.request<string>('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const sample = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})? (?:-?[0-9.e+-]+|NaN|[+-]Inf)$/i;
    expect(body.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !sample.test(line))).toEqual([]);
  });

  it('counts what happens', async () => {
    const socket = await app.connect();
    await socket.emitWithAck('subscribe_inventory', { type: 'general' });
    const { id } = await createProduct(app);
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 3 });
    await get('/api/products/prd_none');
    await waitFor(async () => /realtime_notifications_sent_total 2/.test(await metrics()), {
      what: 'the notifications to be counted',
    });
    const text = await metrics();
    expect(text).toContain('inventory_events_published_total{event_type="product_created"} 1');
    expect(text).toContain('inventory_events_published_total{event_type="price_changed"} 1');
    expect(text).toContain('inventory_relay_backlog 0');
    expect(text).toContain('inventory_log_hot_events 3');
    expect(text).toContain('inventory_event_delivery_seconds_count 3');
    expect(text).toContain('realtime_connections 1');
    expect(text).toContain('realtime_subscriptions{type="general"} 1');
    expect(text).toContain('errors_total{type="product_not_found"} 1');
    // By route, never by path: an id as a label would make a series for each product.
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/products/:id",status="404"} 1',
    );
    expect(text).not.toContain(id);
  });
});
