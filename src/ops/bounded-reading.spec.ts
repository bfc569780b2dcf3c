import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedReading } from './bounded-reading.js';

describe('a bounded reading', () => {
  it('is never older than the request, however often it is asked for', async () => {
    let state = 0;
    const reading = new BoundedReading(() => Promise.resolve(state), { atOnce: 3, perSecond: 100 });
    for (let count = 0; count < 12; count += 1) {
      state += 1;
      expect(await reading.read()).toBe(state);
    }
  });

  it('is made at a bounded rate, and shared by all who wait for it', async () => {
    let made = 0;
    const reading = new BoundedReading(() => Promise.resolve((made += 1)), { atOnce: 3, perSecond: 50 });
    const began = performance.now();
    for (let wave = 0; wave < 10; wave += 1) {
      const read = await Promise.all(Array.from({ length: 100 }, () => reading.read()));
      expect(new Set(read).size).toBe(1);
    }
    expect(made).toBe(10);
    // Three at once, and seven for which there was a wait of 20 ms.
    expect(performance.now() - began).toBeGreaterThan(120);
  });

  it('is not shared with those who ask when it has begun', async () => {
    let made = 0;
    const reading = new BoundedReading(
      async () => {
        const mine = (made += 1);
        await sleep(20);
        return mine;
      },
      { atOnce: 10, perSecond: 1 },
    );
    const first = reading.read();
    await sleep(5);
    expect(await Promise.all([first, reading.read(), reading.read()])).toEqual([1, 2, 2]);
  });

  it('fails for those who have asked, and is made again for the next', async () => {
    let fails = true;
    const reading = new BoundedReading(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('yes')), {
      atOnce: 2,
      perSecond: 10,
    });
    await expect(reading.read()).rejects.toThrow('no');
    fails = false;
    expect(await reading.read()).toBe('yes');
  });
});
