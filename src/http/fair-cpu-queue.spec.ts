import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { FairCpuQueue } from './fair-cpu-queue.js';

/** Blocks the event loop, as parsing does. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('turns', () => {
  it('leave the event loop to others between pieces of work that are due together', async () => {
    const turns = new FairCpuQueue();
    const order: string[] = [];
    const work = ['a', 'b', 'c'].map((name) =>
      turns.take(() => {
        block(200);
        order.push(name);
      }),
    );
    // As often as the loop is free for 10 ms.
    const timer = setInterval(() => order.push('-'), 10);
    await Promise.all(work);
    clearInterval(timer);
    expect(order.join('').replace(/-+/g, '-')).toBe('a-b-c');
    expect(order.length).toBeGreaterThan(6);
  });

  it('give each its result or its error, and go on', async () => {
    const turns = new FairCpuQueue();
    const failing = turns.take(() => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await turns.take(() => 7)).toBe(7);
  });

  it('keep the context of whoever waits', async () => {
    const turns = new FairCpuQueue();
    const context = new AsyncLocalStorage<number>();
    const seen = [1, 2, 3].map((value) => context.run(value, () => turns.take(() => context.getStore())));
    expect(await Promise.all(seen)).toEqual([1, 2, 3]);
  });
});
