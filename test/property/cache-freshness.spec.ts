import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CacheEngine, inProcessEngine, redisEngine } from '../support/cache-engines.js';
import { type Outcome, type Parts, REAL, runFreshness } from '../support/freshness-run.js';
import { FAULTS, SHARED_FAULTS } from '../support/freshness-faults.js';

/** G1, whatever the order of things: no read that began after an acknowledgement lacks what was acknowledged. */
describe('the freshness of the cache', () => {
  let inProcess: CacheEngine;
  let redis: CacheEngine;

  beforeAll(async () => {
    [inProcess, redis] = [await inProcessEngine(), await redisEngine()];
  });
  afterAll(() => redis.stop());

  const runs = async (engine: CacheEngine, from: number, count: number, parts: Parts = REAL): Promise<Outcome> => {
    const sum: Outcome = { hits: 0, misses: 0, bypasses: 0 };
    for (let seed = from; seed < from + count; seed += 1) {
      const outcome = await runFreshness(engine, seed, parts);
      for (const key of ['hits', 'misses', 'bypasses'] as const) sum[key] += outcome[key];
    }
    return sum;
  };

  it('holds in 2,000 interleavings within one process', async () => {
    const { hits, misses, bypasses } = await runs(inProcess, 1, 2_000);
    expect(hits).toBeGreaterThan(4_000);
    expect(misses).toBeGreaterThan(4_000);
    expect(bypasses).toBeGreaterThan(500);
  });

  it('holds in 100 interleavings of two processes on one Redis', async () => {
    const { hits, misses, bypasses } = await runs(redis, 10_001, 100);
    expect(hits).toBeGreaterThan(200);
    expect(misses).toBeGreaterThan(200);
    expect(bypasses).toBeGreaterThan(5);
  });

  /** Otherwise the two above would prove nothing. */
  describe.each(Object.entries(FAULTS))('would not hold with %s', (_name, parts) => {
    it('and that is found', async () => {
      await expect(runs(inProcess, 1, 2_000, parts)).rejects.toThrow(/^seed \d+: a (HIT|MISS) of /);
    });
  });

  it.each(Object.entries(SHARED_FAULTS))('would not hold if %s, and that is found', async (_name, parts) => {
    await expect(runs(redis, 1, 400, parts)).rejects.toThrow(/^seed \d+: a HIT of /);
  });
});
