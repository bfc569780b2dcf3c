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
      itemRateLimit: 20_000,
      maxConnectionsPerAddress: 2000,
      listenBacklog: 8192,
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
    ['FAST_PATH', 'maybe'],
    ['JWT_SECRET', 'too short'],
    ['JWKS_URL', 'ftp://keys'],
    ['RATE_LIMIT', 'no'],
    ['TRUST_PROXY', 'my-proxy'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1, nonsense'],
    ['CORS_ORIGINS', 'shop.example'],
    ['CORS_ORIGINS', 'https://shop.example/'],
    ['CORS_ORIGINS', 'ftp://shop.example'],
    ['CORS_ORIGINS', '*, https://shop.example'],
  ])('refuses %s=%s in one line that names it', (name, value) => {
    const load = () => loadConfig({ [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(new RegExp(`^${name} [^\\n]+$`));
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'market.example'])('refuses to listen on %s without keys', (HOST) => {
    expect(() => loadConfig({ HOST })).toThrow(/^JWT_SECRET or JWKS_URL must be set to listen on [^\n]+$/);
    expect(loadConfig({ HOST, JWT_SECRET: 'x'.repeat(32) }).host).toBe(HOST);
    expect(loadConfig({ HOST, JWKS_URL: 'https://keys.example/jwks.json' }).host).toBe(HOST);
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('listens on %s without keys', (HOST) => {
    expect(loadConfig({ HOST }).host).toBe(HOST);
  });

  it('takes one kind of key', () => {
    const both = { JWT_SECRET: 'x'.repeat(32), JWKS_URL: 'https://keys.example/jwks.json' };
    expect(() => loadConfig(both)).toThrow(/^JWT_SECRET and JWKS_URL exclude each other/);
  });

  it('reads lists', () => {
    expect(loadConfig({})).toMatchObject({ trustProxy: [], corsOrigins: [] });
    const env = { TRUST_PROXY: ' 10.0.0.0/8 ,::1', CORS_ORIGINS: 'https://shop.example,http://localhost:5173' };
    expect(loadConfig(env)).toMatchObject({
      trustProxy: ['10.0.0.0/8', '::1'],
      corsOrigins: ['https://shop.example', 'http://localhost:5173'],
    });
    expect(loadConfig({ CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
  });

  it('never repeats a connection string, which may hold a password', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://u:s3cret@h/x' })).not.toThrow(/s3cret/);
  });
});
