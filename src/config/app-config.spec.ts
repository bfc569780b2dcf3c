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
      marketTimezone: 'Asia/Kolkata',
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
    ['DATABASE_URL', 'postgres://db/x?sslmode=maybe'],
    ['DATABASE_URL', 'postgres://one:5432,two:port/x'],
    ['DATABASE_URL', 'postgres://one,two/x?target_session_attrs=standby'],
    ['DATABASE_REPLICA_URLS', 'postgres://one,two/x'],
    ['DATABASE_REPLICA_URLS', 'postgres://one/x,mysql://two/x'],
    ['DATABASE_REPLICA_URLS', 'postgres://one/x?target_session_attrs=read-write'],
    ['DEFAULT_TTL', '0'],
    ['MAX_CACHE_SIZE', '1.5'],
    ['DEMO', 'maybe'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'nothing'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
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
    ['MARKET_TIMEZONE', 'Asia/Nowhere'],
    ['MARKET_TIMEZONE', '+05:30'],
    ['CORS_ORIGINS', '*, https://shop.example'],
    ['REDIS_URL', 'http://cache'],
    ['REDIS_URL', 'redis://cache/not-a-number'],
    ['REDIS_URL', 'redis://user:100%@cache'],
    ['REDIS_TLS_CA', '/no/such/file'],
    ['REDIS_TLS_CA', 'package.json'],
    ['REDIS_SENTINELS', 'one:26379,two:0'],
    ['JWT_SECRET_FILE', '/no/such/file'],
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

  it('takes the URLs of replicas apart, each of one server', () => {
    const DATABASE_URL = 'postgres://one,two/market';
    const urls = (value: string): string[] =>
      loadConfig({ DATABASE_URL, DATABASE_REPLICA_URLS: value }).databaseReplicaUrls;
    expect(urls('')).toEqual([]);
    expect(
      urls('postgres://u:p,q@three/x?application_name=a,b , postgresql://four/x?target_session_attrs=any,'),
    ).toEqual(['postgres://u:p,q@three/x?application_name=a,b', 'postgresql://four/x?target_session_attrs=any']);
    expect(urls('postgres://three/x\n  postgres://four/x')).toEqual(['postgres://three/x', 'postgres://four/x']);
    expect(() => loadConfig({ DATABASE_REPLICA_URLS: 'postgres://three/x' })).toThrow(
      'DATABASE_REPLICA_URLS needs DATABASE_URL: the embedded PostgreSQL has no replicas',
    );
  });

  it('has the driver warn of no sslmode that it takes for another', () => {
    const urlOf = (DATABASE_URL: string) => loadConfig({ DATABASE_URL }).databaseUrl;
    expect(urlOf('postgres://one/x?sslmode=require')).toBe('postgres://one/x?sslmode=verify-full');
    expect(urlOf('postgres://one,two/x?a=b&sslmode=prefer&c=d')).toBe(
      'postgres://one,two/x?a=b&sslmode=verify-full&c=d',
    );
    const asTheyAre = [
      'postgres://one/x?sslmode=no-verify',
      // They mean something else there.
      'postgres://one/x?uselibpqcompat=true&sslmode=require',
      'postgres://one,two/x?sslmode=verify-ca&uselibpqcompat=true',
    ];
    expect(asTheyAre.map(urlOf)).toEqual(asTheyAre);
    expect(urlOf('postgres://one/x?sslmode=require&uselibpqcompat=false')).toMatch(/sslmode=verify-full/);
    const replica = 'postgres://two/x?sslmode=require&uselibpqcompat=true';
    const { databaseReplicaUrls } = loadConfig({ DATABASE_URL: asTheyAre[1]!, DATABASE_REPLICA_URLS: replica });
    expect(databaseReplicaUrls).toEqual([replica]);
  });

  it('never repeats a connection string, which may hold a password', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://u:s3cret@h/x' })).not.toThrow(/s3cret/);
    expect(() => loadConfig({ DATABASE_URL: 'postgres://u:s3cret@one:1,two:port/x' })).not.toThrow(/s3cret/);
    expect(() => loadConfig({ DATABASE_REPLICA_URLS: 'postgres://u:s3cret@one,two/x' })).not.toThrow(/s3cret/);
  });

  it('reads all of Redis from one URL', () => {
    expect(loadConfig({ REDIS_URL: 'redis://[::1]' }).redis).toEqual({
      ...{ host: '::1', port: 6379, username: undefined, password: undefined, database: 0 },
      ...{ tls: undefined, sentinels: undefined },
    });
    expect(loadConfig({ REDIS_URL: 'rediss://app:p%40ss@cache.example:7000/3' }).redis).toMatchObject({
      ...{ host: 'cache.example', port: 7000, username: 'app', password: 'p@ss', database: 3 },
      tls: { ca: undefined },
    });
    const apart = { REDIS_URL: 'redis://cache', REDIS_USERNAME: 'app', REDIS_PASSWORD: 'secret' };
    expect(loadConfig(apart).redis).toMatchObject({ username: 'app', password: 'secret' });
  });

  it('finds Redis in one way only', () => {
    expect(() => loadConfig({ REDIS_URL: 'redis://cache', REDIS_HOST: 'cache' })).toThrow(
      'REDIS_URL and REDIS_HOST exclude each other: set one of them',
    );
    expect(() => loadConfig({ REDIS_SENTINELS: 'one' })).toThrow(/^REDIS_SENTINEL_NAME must be set/);
    expect(loadConfig({ REDIS_SENTINELS: 'one, two:1', REDIS_SENTINEL_NAME: 'mandi' }).redis?.sentinels).toEqual({
      name: 'mandi',
      nodes: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 1 },
      ],
    });
  });

  it.each([
    [{ REDIS_URI: 'redis://cache' }, ['REDIS_URI is no setting: REDIS_URL may be meant']],
    [{ JWT_SECRETS: 'x' }, ['JWT_SECRETS is no setting: JWT_SECRET may be meant']],
    [{ DATABASE_POOL: '3' }, ['DATABASE_POOL is no setting']],
    [{ MAX_CACHE_SIZ_FILE: '/x' }, ['MAX_CACHE_SIZ_FILE is no setting: MAX_CACHE_SIZE may be meant']],
    [{ REDIS_PORT_6379_TCP_ADDR: '10.0.0.1', REDIS_SERVICE_HOST: 'x', HOME: '/', PATH: '/bin', TEST_REDIS: '' }, []],
    [{ REDIS_HOST: 'cache', JWT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'warn' }, []],
  ])('warns of %j as %j', (env, warnings) => {
    expect(loadConfig(env as Record<string, string>).warnings).toEqual(warnings);
  });
});
