import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { startApp, type TestApp } from '../support/app.js';
import type { TestPostgres } from '../support/postgres-server.js';
import { waitFor } from '../support/processes.js';
import { readAndWrite, replicaReads, Shop } from '../support/reads-after-writes.js';
import { startStockPostgres, type StockPostgres } from '../support/stock-postgres.js';

Logger.overrideLogger(false);

let primary: StockPostgres;
let replica: TestPostgres;
let app: TestApp;

beforeAll(async () => {
  primary = await startStockPostgres();
  replica = await primary.replica();
  app = await startApp({
    database: { url: primary.url, drop: () => Promise.resolve() },
    env: { DATABASE_REPLICA_URLS: replica.url },
  });
}, 90_000);
afterAll(async () => {
  await app?.close();
  await replica?.stop();
  await primary?.stop();
});

it('a replica by pg_basebackup, of the PostgreSQL of packages, answers what it has replayed', async () => {
  const shop = await Shop.open(app);
  const inUse = async (): Promise<boolean> => {
    const { body } = await app.request<{ parts: { replicas: { status: string } } }>('GET', '/health');
    return body.parts.replicas.status === 'up';
  };
  await waitFor(inUse, { what: 'the replica to be in use', timeoutMs: 30_000 });
  const { stale, failures } = await readAndWrite([app], shop, { readers: 4, writers: 2, ms: 2_000, pause: 50 });
  expect(stale).toEqual([]);
  expect(failures).toBe(0);
  const { at_once: atOnce, after_a_wait: waited } = await replicaReads([app]);
  expect(atOnce! + waited!).toBeGreaterThan(10);
}, 60_000);
