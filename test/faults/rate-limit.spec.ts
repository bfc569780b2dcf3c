import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import type { TestDatabase } from '../support/test-database.js';

const LIMIT = 250;
/** Milliseconds; what a request may take on a busy machine, and less than one that waits for a dead Redis would. */
const SOON = 1_500;

describe('the rate limit of two instances on one Redis', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let apps: TestApp[];

  beforeEach(async () => {
    [database, redis] = await Promise.all([testDatabase(), startRedis()]);
    const env = { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), RATE_LIMIT: String(LIMIT) };
    apps = [await startApp({ database, env }), await startApp({ database, env })];
    const admin = new Redis(redis.port, redis.host);
    await waitFor(async () => String(await admin.client('LIST')).split(':rate-limit ').length === 3, {
      what: 'both to be connected',
    });
    admin.disconnect();
  });
  afterEach(async () => {
    await redis.resume();
    for (const app of apps) await app.close();
    await redis.stop();
    await database.drop();
  });

  const ask = (app: TestApp) => app.request('GET', '/api/products/none', undefined, { authorization: '' });

  /** How many of so many requests are served, sent to the apps in turn. */
  async function served(of: readonly TestApp[], times: number): Promise<number> {
    const answers = await Promise.all(Array.from({ length: times }, (_, turn) => ask(of[turn % of.length]!)));
    return answers.filter(({ status }) => status === 404).length;
  }

  it('is one limit', async () => {
    const [one, two] = apps as [TestApp, TestApp];
    expect(await served([one, two], 3 * LIMIT)).toBe(LIMIT);
    expect(await served([two], 1)).toBe(0);
  });

  it.each([
    ['killed', () => redis.kill()],
    ['hanging', () => redis.pause()],
  ])('goes on in each instance while Redis is %s, and refuses nobody for it', async (_how, fail) => {
    const [one, two] = apps as [TestApp, TestApp];
    expect(await served([one], 10)).toBe(10);
    await fail();
    const from = performance.now();
    expect(await served([two], 1)).toBe(1);
    expect(performance.now() - from).toBeLessThan(SOON);
    // A fresh limit each, besides what was left of a slice of the shared one.
    const more = await served([one], 2 * LIMIT);
    expect(more).toBeGreaterThanOrEqual(LIMIT);
    expect(more).toBeLessThanOrEqual(LIMIT + 2);
    expect((await ask(one)).headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
    expect(await served([two], 2 * LIMIT)).toBeLessThanOrEqual(LIMIT);
  });
});
