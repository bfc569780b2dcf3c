import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { FairCpuQueue } from './fair-cpu-queue.js';

/** Blocks the event loop, as parsing does. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('fair CPU queue', () => {
  it('leaves the event loop to others between pieces of work that are due together', async () => {
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

  it('gives each its result or its error, and goes on', async () => {
    const turns = new FairCpuQueue();
    const failing = turns.take(() => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await turns.take(() => 7)).toBe(7);
  });

  it('keeps the context of each caller', async () => {
    const turns = new FairCpuQueue();
    const context = new AsyncLocalStorage<number>();
    const seen = [1, 2, 3].map((value) => context.run(value, () => turns.take(() => context.getStore())));
    expect(await Promise.all(seen)).toEqual([1, 2, 3]);
  });

  it('makes a piece wait for one of each other owner, however many those have brought', async () => {
    const turns = new FairCpuQueue();
    const order: string[] = [];
    const bring = (owner: string, count: number): Promise<unknown>[] =>
      Array.from({ length: count }, () => turns.take(() => void order.push(owner), owner));
    await Promise.all([...bring('a', 8), ...bring('b', 4), ...bring('c', 2)]);
    expect(order.join('')).toBe('abcabcababaaaa');
  });

  it('serves who comes during another one’s turn next, whatever that one has still to do', async () => {
    const turns = new FairCpuQueue();
    const order: string[] = [];
    const piece = (owner: string) => turns.take(() => void order.push(owner), owner);
    const first = turns.take(async () => {
      order.push('a');
      void piece('b');
      await Promise.resolve();
    }, 'a');
    await Promise.all([first, piece('a'), piece('a')]);
    await turns.take(() => undefined);
    expect(order.join('')).toBe('abaa');
  });
});
