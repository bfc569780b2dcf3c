import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Tokens, type TokenSource } from './tokens.js';

describe('the token of a client', () => {
  let reported: unknown[];
  beforeEach(() => {
    jest.useFakeTimers();
    reported = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const tokens = (source: TokenSource | undefined) => new Tokens(source, (error) => void reported.push(error));

  it('is not waited for without an end', async () => {
    const waiting = tokens(() => new Promise(() => undefined)).current('read');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await waiting).toBeUndefined();
    expect(reported).toMatchObject([{ code: 'unauthorized', message: 'There was no token within 10 s' }]);
  });

  it('is asked for once, however many want it', async () => {
    let calls = 0;
    const one = tokens(() => Promise.resolve(`token ${(calls += 1)}`));
    expect(await Promise.all([one.current('read'), one.current('write'), one.fresh()])).toEqual(
      Array.from({ length: 3 }, () => 'token 1'),
    );
    expect(await one.current('read')).toBe('token 1');
    expect(await Promise.all([one.renew('token 1'), one.renew('token 1')])).toEqual(['token 2', 'token 2']);
    // A request that was sent with the old one.
    expect(await one.renew('token 1')).toBe('token 2');
    expect([calls, reported]).toEqual([2, []]);
  });

  it('is not asked for again and again to read, when there is only a refused one', async () => {
    let calls = 0;
    const one = tokens(() => {
      calls += 1;
      return 'stale';
    });
    expect([await one.current('read'), await one.renew('stale')]).toEqual(['stale', undefined]);
    expect([await one.current('read'), await one.current('read'), calls]).toEqual([undefined, undefined, 2]);
    expect(await one.current('write')).toBe('stale');
    await jest.advanceTimersByTimeAsync(10_001);
    expect([await one.current('read'), await one.current('read'), calls]).toEqual([undefined, undefined, 4]);
    expect(reported).toMatchObject([{ code: 'unauthorized', status: 401 }]);
  });

  it('may be absent', async () => {
    const none = tokens(undefined);
    expect([await none.current('read'), await none.current('write'), await none.fresh()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
