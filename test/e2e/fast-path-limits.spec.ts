import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { Clock, Draining } from '../../src/infra/index.js';
import { FastSearchHandler } from '../../src/inventory/index.js';
import { startApp } from '../support/app.js';
import { letIn } from '../support/closed-database.js';
import { expectProblem } from '../support/problems.js';
import { ask, plain, respelled, SEARCHES, watchFastPath } from '../support/fast-path.js';
import { waitFor } from '../support/processes.js';
import { JWT_SECRET } from '../support/tokens.js';

describe('the fast path', () => {
  const [search] = SEARCHES as [string];

  it('lets through as many as the rate limit says, both ways together', async () => {
    const app = await startApp({ env: { RATE_LIMIT: '205' } });
    try {
      const fast = watchFastPath(app);
      const urls = Array.from({ length: 260 }, (_, index) => (index % 10 ? search : respelled(search)));
      const answers = await Promise.all(urls.map((url) => ask(app, url)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(205);
      expect(fast.taken).toBeGreaterThan(50);
      expect(fast.taken).toBeLessThan(205);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expectProblem(answer, 429, 'too_many_requests');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
      }
      // Each principal has its own.
      expect((await ask(app, search, { authorization: await app.token({ role: 'admin' }) })).status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it('lets a token go no longer than it lasts', async () => {
    const app = await startApp();
    try {
      const fast = watchFastPath(app);
      const token = await new SignJWT({ role: 'admin' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('30s')
        .sign(new TextEncoder().encode(JWT_SECRET));
      const headers = { authorization: `Bearer ${token}` };
      for (const _turn of [1, 2, 3]) expect((await ask(app, search, headers)).status).toBe(200);
      expect(fast.taken).toBe(2);
      const clock = app.app.get(Clock);
      const real = clock.now.bind(clock);
      clock.now = () => real() + 60_000;
      expectProblem(await ask(app, search, headers), 401, 'unauthorized');
      expect(fast.taken).toBe(2);
    } finally {
      await app.close();
    }
  });

  it('is closed while the instance ends: answers end their connections', async () => {
    const app = await startApp();
    try {
      const fast = watchFastPath(app);
      await ask(app, search);
      app.app.get(Draining).begin();
      const answer = await ask(app, search);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('connection')).toBe('close');
      expect(fast.taken).toBe(1);
    } finally {
      await app.close();
    }
  });

  it.each(['https://shop.example', '*'])(
    'says the same to pages of other origins, with CORS for %s',
    async (origins) => {
      const app = await startApp({ env: { CORS_ORIGINS: origins } });
      try {
        const fast = watchFastPath(app);
        for (const headers of [{}, { origin: 'https://shop.example' }, { origin: 'https://other.example' }]) {
          const url = respelled(search);
          const first = await ask(app, url, headers);
          expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
          const taken = fast.taken;
          const second = await ask(app, url, headers);
          expect(fast.taken - taken).toBe('origin' in headers ? 0 : 1);
          expect(plain(second)).toEqual(plain(first));
        }
      } finally {
        await app.close();
      }
    },
  );

  it('gives the problem of the framework when the search fails', async () => {
    const app = await startApp();
    try {
      for (const _turn of [1, 2]) await ask(app, search);
      const fast = app.app.get(FastSearchHandler);
      const find = fast.find.bind(fast);
      let asked = 0;
      fast.find = (url) => {
        asked += 1;
        return find(url);
      };
      await letIn(app.database, false);
      const answer = await waitFor(
        async () => {
          await app.request('DELETE', '/api/cache');
          const one = await ask(app, search);
          return one.status === 200 ? undefined : one;
        },
        { what: 'the search to fail' },
      );
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(asked).toBeGreaterThan(0);
      await letIn(app.database, true);
      await waitFor(async () => (await ask(app, search)).status === 200, { what: 'the search to work again' });
    } finally {
      await app.close();
    }
  });
});
