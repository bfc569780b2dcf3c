import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

describe('single flight', () => {
  it('does the same work once for all who want it at once, and different work for others', async () => {
    const flights = new SingleFlight<string>();
    let begun = 0;
    const work = (name: string) => () => {
      begun += 1;
      return Promise.resolve(`${name}${begun}`);
    };
    const results = [flights.run('a', work('a')), flights.run('a', work('a')), flights.run('b', work('b'))];
    expect(await Promise.all(results)).toEqual(['a1', 'a1', 'b2']);
  });

  it('does it again for whoever comes later', async () => {
    const flights = new SingleFlight<number>();
    let begun = 0;
    const work = () => Promise.resolve((begun += 1));
    expect([await flights.run('a', work), await flights.run('a', work)]).toEqual([1, 2]);
  });

  it('tells all of a failure, and keeps nothing of it', async () => {
    const flights = new SingleFlight<string>();
    const fails = () => Promise.reject(new Error('no database'));
    const failed = await Promise.allSettled([flights.run('a', fails), flights.run('a', fails)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flights.run('a', () => Promise.resolve('fine'))).toBe('fine');
  });
});
