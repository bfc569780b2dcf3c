import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { HttpClient } from './http.js';
import { Tokens } from './tokens.js';

describe('requests of a client', () => {
  /** Never answers, until its signal ends it. */
  const silent: typeof fetch = (_target, request) =>
    new Promise((_resolve, reject) => {
      const { signal } = request!;
      const end = (): void => reject(signal!.reason as Error);
      if (signal!.aborted) end();
      signal!.addEventListener('abort', end);
    });
  const answering: typeof fetch = () => Promise.resolve(Response.json({ answer: 42 }));
  const clientOf = (own: typeof fetch): HttpClient =>
    new HttpClient('http://localhost', new Tokens(undefined, () => undefined), own);

  /** Listeners, and what `AbortSignal.any` keeps in members of its own. */
  const keptBy = (signal: AbortSignal): number[] => {
    const members = Object.getOwnPropertySymbols(signal).map((name) => (signal as never)[name] as unknown);
    const sizes = members.map((member) => (member instanceof Set ? member.size : 0));
    return [getEventListeners(signal, 'abort').length, sizes.reduce((sum, size) => sum + size, 0)];
  };

  it('have one listener at their signal, however many they are', async () => {
    const ending = new AbortController();
    const client = clientOf(silent);
    const requests = Array.from({ length: 30 }, () => client.read('/api', {}, { signal: ending.signal }));
    expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1);
    ending.abort(new Error('the page is left'));
    for (const { status } of await Promise.allSettled(requests)) expect(status).toBe('rejected');
  });

  it('leave one listener at a signal that lives longer than they do, however many they are', async () => {
    const { signal } = new AbortController();
    const client = clientOf(answering);
    await client.read('/api', {}, { signal });
    const after = keptBy(signal);
    expect(after).toEqual([1, 0]);
    for (let request = 0; request < 20; request += 1) {
      expect(await client.read('/api', {}, { signal })).toEqual({ answer: 42 });
      await client.write('POST', '/api', {}, { signal });
      await client.readOnce('/api', {}, signal);
    }
    expect(keptBy(signal)).toEqual(after);
    await Promise.all(Array.from({ length: 30 }, () => client.read('/api', {}, { signal })));
    expect(keptBy(signal)).toEqual(after);
  });

  it('are ended by their signal, with its reason', async () => {
    const ending = new AbortController();
    const client = clientOf(silent);
    const requests = [
      client.read('/api', {}, { signal: ending.signal }),
      client.write('POST', '/api', {}, { signal: ending.signal }),
      client.readOnce('/api', {}, ending.signal),
    ];
    const reason = new Error('the page is left');
    setTimeout(() => ending.abort(reason), 10);
    for (const { status, reason: why } of (await Promise.allSettled(requests)) as PromiseRejectedResult[]) {
      expect([status, why]).toEqual(['rejected', reason]);
    }
    await expect(client.read('/api', {}, { signal: ending.signal })).rejects.toBe(reason);
  });

  it('are ended with their client, as are later ones', async () => {
    const client = clientOf(silent);
    const requests = [client.read('/api'), client.write('POST', '/api', {}), client.readOnce('/api')];
    setTimeout(() => client.close(), 10);
    for (const { reason } of (await Promise.allSettled(requests)) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'closed' });
    }
    await expect(client.read('/api')).rejects.toMatchObject({ code: 'closed' });
  });
});
