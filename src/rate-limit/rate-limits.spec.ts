import { describe, expect, it } from '@jest/globals';
import { type Allowance, LocalQuota, Quota } from './quota.js';
import { RateLimits } from './rate-limits.js';

const WINDOW = 60_000;

/** Windows on a clock that the test turns; counts how often it is asked. */
class CountedQuota extends Quota {
  draws = 0;
  time = 0;
  private readonly used = new Map<string, { count: number; ends: number }>();

  constructor(private readonly limit: number) {
    super();
  }

  draw(key: string, requests: number): Promise<Allowance> {
    this.draws += 1;
    const known = this.used.get(key);
    const window = known && known.ends > this.time ? known : { count: 0, ends: this.time + WINDOW };
    this.used.set(key, window);
    const granted = Math.min(requests, this.limit - window.count);
    window.count += granted;
    return Promise.resolve({ granted, left: this.limit - window.count, endsIn: window.ends - this.time });
  }
}

async function servedOf(limits: RateLimits, times: number, key = 'a'): Promise<number> {
  const turns = await Promise.all(Array.from({ length: times }, async () => limits.take(key)));
  return turns.filter(({ admitted }) => admitted).length;
}

describe('rate limits', () => {
  it.each([1, 7, 10, 99, 100, 199, 250, 299, 6000])(
    'serve %i exactly, one after the other or at once',
    async (limit) => {
      for (const atOnce of [true, false]) {
        const limits = new RateLimits(limit, new LocalQuota(limit));
        let served = 0;
        if (atOnce) served = await servedOf(limits, limit + 50);
        else for (let turn = 0; turn < limit + 50; turn += 1) served += await servedOf(limits, 1);
        expect(served).toBe(limit);
      }
    },
  );

  it('ask for a hundredth at a time, for nothing once all is gone, and again in the next window', async () => {
    const quota = new CountedQuota(1_000);
    const limits = new RateLimits(1_000, quota, () => quota.time);
    expect(await servedOf(limits, 500)).toBe(500);
    expect(quota.draws).toBe(50);
    expect(await servedOf(limits, 10_000)).toBe(500);
    expect(quota.draws).toBe(101);
    quota.time += 59_000;
    expect(limits.take('a')).toEqual({ admitted: false, left: 0, endsIn: 1_000 });
    expect(quota.draws).toBe(101);
    quota.time += 1_000;
    expect(await servedOf(limits, 1)).toBe(1);
    expect(quota.draws).toBe(102);
  });

  it('answer without a promise while a slice lasts', async () => {
    const limits = new RateLimits(1_000, new CountedQuota(1_000), () => 0);
    expect(await limits.take('a')).toMatchObject({ admitted: true, left: 999 });
    for (let request = 1; request < 10; request += 1) {
      expect(limits.take('a')).toEqual({ admitted: true, left: 999 - request, endsIn: WINDOW });
    }
    expect(limits.take('a')).toBeInstanceOf(Promise);
    expect(limits.take('b')).toBeInstanceOf(Promise);
  });

  it('can be asked not to wait, and then take one or none', async () => {
    const limits = new RateLimits(250, new CountedQuota(250), () => 0);
    expect(limits.takeAtOnce('a')).toBeUndefined();
    expect(await limits.take('a')).toMatchObject({ admitted: true });
    expect(limits.takeAtOnce('a')).toEqual({ admitted: true, left: 248, endsIn: WINDOW });
    expect(limits.takeAtOnce('a')).toBeUndefined();
    expect(await servedOf(limits, 300)).toBe(248);
    expect(limits.takeAtOnce('a')).toBeUndefined();
  });

  it('take nothing of a slice into the next window', async () => {
    const quota = new CountedQuota(1_000);
    const limits = new RateLimits(1_000, quota, () => quota.time);
    await limits.take('a');
    quota.time += WINDOW;
    expect(limits.take('a')).toBeInstanceOf(Promise);
    expect(await servedOf(limits, 2_000)).toBe(999);
  });

  it('can be charged afterwards, beyond the slice, and never below nothing', async () => {
    const quota = new CountedQuota(1_000);
    const limits = new RateLimits(1_000, quota, () => quota.time);
    expect(await limits.take('a')).toMatchObject({ admitted: true });
    limits.charge('a', 5);
    expect(quota.draws).toBe(1);
    limits.charge('a', 600);
    expect(await servedOf(limits, 1_000)).toBe(394);
    limits.charge('a', 10);
    expect(await servedOf(limits, 10)).toBe(0);
    quota.time += WINDOW;
    limits.charge('a', 100);
    expect(await servedOf(limits, 1_000)).toBe(900);
    limits.charge('b', 2_000);
    expect(await servedOf(limits, 1, 'b')).toBe(0);
  });

  it('say what is left, also of what others have taken or were charged', async () => {
    const quota = new CountedQuota(1_000);
    const [one, other] = [1, 2].map(() => new RateLimits(1_000, quota, () => quota.time)) as [RateLimits, RateLimits];
    expect(await one.take('a')).toEqual({ admitted: true, left: 999, endsIn: WINDOW });
    quota.time += 10_000;
    expect(await other.take('a')).toEqual({ admitted: true, left: 989, endsIn: WINDOW - 10_000 });
    // One hasn't drawn again yet, then it has.
    expect(one.take('a')).toMatchObject({ left: 998 });
    await servedOf(one, 8);
    expect(await one.take('a')).toMatchObject({ left: 979 });
    one.charge('a', 109);
    await Promise.resolve();
    expect(await one.take('a')).toMatchObject({ left: 869 });
  });

  it('are off without a quota', () => {
    new RateLimits(0, null).charge('a', 1);
    expect(new RateLimits(0, null).take('a')).toMatchObject({ admitted: true });
  });
});
