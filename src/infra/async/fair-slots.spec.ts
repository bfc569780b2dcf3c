import { describe, expect, it } from '@jest/globals';
import { FairSlots } from './fair-slots.js';

const BOUNDS = { most: 3, ofOne: 2, within: 20_000, waiting: 4 };

describe('fair slots', () => {
  it('are as many as there may be, of all and of each', async () => {
    const slots = new FairSlots(BOUNDS, 'no');
    const began: string[] = [];
    const take = async (owner: string): Promise<() => void> => {
      const give = await slots.take(owner);
      began.push(owner);
      return give;
    };
    const [a] = await Promise.all([take('a'), take('a')]);
    const third = take('a');
    const b = await take('b');
    const [c, d] = [take('c'), take('b')];
    await Promise.resolve();
    expect(began).toEqual(['a', 'a', 'b']);
    // In their turn, but for whose owner has its share.
    b();
    await c;
    expect(began).toEqual(['a', 'a', 'b', 'c']);
    a();
    a();
    await third;
    (await c)();
    await d;
    expect(began).toEqual(['a', 'a', 'b', 'c', 'a', 'b']);
  });

  it('are refused when too many wait, and when none comes in time', async () => {
    const slots = new FairSlots({ ...BOUNDS, most: 1, within: 20, waiting: 1 }, 'no');
    const give = await slots.take('a');
    const late = expect(slots.take('b')).rejects.toMatchObject({ status: 503, message: 'no' });
    await expect(slots.take('c')).rejects.toMatchObject({ status: 503 });
    await late;
    await expect(new FairSlots({ ...BOUNDS, most: 0 }, 'no').take('a', 10)).rejects.toMatchObject({ status: 503 });
    give();
    (await slots.take('d'))();
  });
});
