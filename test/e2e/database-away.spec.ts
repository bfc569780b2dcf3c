import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startApp, testDatabase, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import type { TestDatabase } from '../support/test-database.js';

/** PostgreSQL lets nobody in: the instance says so, stays alive, and is back as soon as the database is. */
describe('without its database', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await testDatabase();
    app = await startApp({ database });
  });
  afterAll(async () => {
    await letIn(true);
    await app.close();
    await database.drop();
  });

  async function letIn(open: boolean): Promise<void> {
    const name = new URL(database.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${open}`);
    if (!open) await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await admin.end();
  }

  it('is not ready, names the part, answers 503, and recovers', async () => {
    const product = await createProduct(app);
    await letIn(false);

    const ready = await waitFor(
      async () => {
        const answer = await app.request('GET', '/health/ready');
        return answer.status === 503 ? answer : undefined;
      },
      { what: 'the instance to notice' },
    );
    expect(ready.body).toMatchObject({ status: 'unavailable', parts: { database: { status: 'down' } } });
    // What PostgreSQL says names roles, databases and hosts.
    const { detail } = (ready.body as { parts: { database: { detail: string } } }).parts.database;
    expect(['out of reach', 'no answer within 2000 ms']).toContain(detail);
    expect((await app.request('GET', '/health/live')).status).toBe(200);
    expect((await app.request('GET', '/metrics')).status).toBe(200);
    for (const [method, path, body] of [
      ['GET', `/api/products/${product.id}`, undefined],
      ['GET', '/api/products/search', undefined],
      ['PATCH', `/api/products/${product.id}`, { basePrice: 2 }],
    ] as const) {
      const answer = await app.request(method, path, body);
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }

    await letIn(true);
    await waitFor(async () => (await app.request('GET', '/health/ready')).status === 200, { what: 'the recovery' });
    const changed = await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 3 });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
  });
});
