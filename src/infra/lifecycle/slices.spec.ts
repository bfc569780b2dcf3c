import { describe, expect, it } from '@jest/globals';
import { inSlices } from './slices.js';

describe('work in slices', () => {
  it('lets others have the event loop in between, and keeps the order', async () => {
    const order: (number | string)[] = [];
    let over = false;
    const other = (): void => {
      if (over) return;
      if (order.at(-1) !== '-') order.push('-');
      setImmediate(other);
    };
    setImmediate(other);
    await inSlices([1, 2, 3], (item) => {
      const until = performance.now() + 20;
      while (performance.now() < until);
      order.push(item);
    });
    over = true;
    expect(order.join('')).toMatch(/^1-2-3-?$/);
  });

  it('rejects with what the work throws', async () => {
    const failing = inSlices([1, 2], (item) => {
      if (item === 2) throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
  });
});
