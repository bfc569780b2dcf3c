import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TIME_LIMITS } from '../../src/http/index.js';
import { requestHooks } from '../../src/request-hooks.js';
import { startApp, type TestApp } from '../support/app.js';
import { hooksOf, type RecordedHook } from '../support/recorded-hooks.js';

describe('hooks of requests', () => {
  let app: TestApp;
  let hooks: RecordedHook[];

  beforeAll(async () => {
    const { started, hooks: found } = await hooksOf(() => startApp({ env: { CORS_ORIGINS: 'https://shop.example' } }));
    app = started;
    hooks = found;
  });
  afterAll(() => app?.close());

  it('are those of the list in its order, and beside them only those that Nest adds before', () => {
    const listed = requestHooks({
      get: (provider) => app.app.get(provider),
      log: undefined as never,
      timeLimits: TIME_LIMITS,
      crossOrigin: true,
      closeDocs: () => Promise.resolve(),
    });
    const own = hooks.filter((hook) => hook.package === null).map(({ phase, name }) => `${phase} ${name}`);
    expect(own).toEqual(listed.map(({ phase, name }) => `${phase} ${name}`));
    const others = hooks.flatMap((hook) => hook.package ?? []);
    expect([...new Set(others)]).toEqual(['@nestjs/platform-fastify', '@fastify/middie']);
    expect(hooks.findLastIndex(({ phase, package: by }) => phase === 'onRequest' && by !== null)).toBeLessThan(
      hooks.findIndex(({ phase, package: by }) => phase === 'onRequest' && by === null),
    );
  });

  it('are written into their traces by the names of the list', () => {
    expect(hooks.filter(({ name, package: by }) => by === null && name === '')).toEqual([]);
  });
});
