import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './index.js';

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      embedded: true,
      redis: undefined,
      cacheTtl: 300,
      cacheSize: 10_000,
      inventoryChannel: 'inventory:updates',
      rateLimit: 6000,
      maxConnectionsPerAddress: 2000,
      logLevel: 'info',
      region: 'local',
    });
  });

  it('reads Redis only with a host', () => {
    expect(loadConfig({ REDIS_PORT: '7000' }).redis).toBeUndefined();
    expect(loadConfig({ REDIS_HOST: 'cache', REDIS_PORT: '7000' }).redis).toMatchObject({ host: 'cache', port: 7000 });
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['REDIS_PORT', '0'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'nonsense'],
    ['DEFAULT_TTL', '0'],
    ['MAX_CACHE_SIZE', '1.5'],
    ['DEMO', 'maybe'],
    ['LOG_LEVEL', 'loud'],
    ['JWT_SECRET', 'too short'],
    ['RATE_LIMIT', 'no'],
  ])('refuses %s=%s in one line that names it', (name, value) => {
    const load = () => loadConfig({ [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(new RegExp(`^${name} [^\\n]+$`));
  });

  it('never repeats a connection string, which may hold a password', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://u:s3cret@h/x' })).not.toThrow(/s3cret/);
  });
});
