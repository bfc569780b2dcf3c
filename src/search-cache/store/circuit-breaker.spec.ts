import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { CircuitBreaker } from './circuit-breaker.js';

const works = () => Promise.resolve('done');
const fails = () => Promise.reject(new Error('away'));
const fallback = (error?: unknown) => (error instanceof Error ? error.message : 'spared');

describe('the circuit breaker', () => {
  let clock: StoppedClock;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    clock = new StoppedClock(5_000);
    breaker = new CircuitBreaker(clock);
  });

  it('gives the result of the work', async () => {
    expect(await breaker.run(works, fallback)).toBe('done');
    expect(breaker.open).toBe(false);
  });

  it('tells the fallback what failed, then spares everybody the work for a second', async () => {
    expect(await breaker.run(fails, fallback)).toBe('away');
    expect(breaker.open).toBe(true);
    clock.time += 999;
    expect(await breaker.run(works, fallback)).toBe('spared');
    clock.time += 1;
    expect(await breaker.run(works, fallback)).toBe('done');
    expect(breaker.open).toBe(false);
  });

  it('lets one try at a time while it is open, and stays open when that fails', async () => {
    await breaker.run(fails, fallback);
    clock.time += 1_000;
    const tried = [breaker.run(fails, fallback), breaker.run(works, fallback), breaker.run(works, fallback)];
    expect(await Promise.all(tried)).toEqual(['away', 'spared', 'spared']);
    clock.time += 999;
    expect(await breaker.run(works, fallback)).toBe('spared');
    clock.time += 1;
    expect(await breaker.run(works, fallback)).toBe('done');
    expect(await Promise.all([breaker.run(works, fallback), breaker.run(works, fallback)])).toEqual(['done', 'done']);
  });

  it('takes work that throws at once for work that rejects', async () => {
    const throws = () => {
      throw new Error('at once');
    };
    expect(await breaker.run<string>(throws, fallback)).toBe('at once');
  });
});
