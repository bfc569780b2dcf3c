import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';
import type { Variables } from './variables.js';

export interface HostAndPort {
  host: string;
  port: number;
}

export interface RedisConfig extends HostAndPort {
  username: string | undefined;
  password: string | undefined;
  /** Number of the database. */
  database: number;
  /**
   * Absent: no TLS. `ca`: certificates in PEM that those of servers, sentinels included, are checked with, instead of
   * the system's.
   */
  tls: { ca: string | undefined } | undefined;
  /** Who knows the master, and by which name; host and port say nothing then. */
  sentinels: { name: string; nodes: HostAndPort[] } | undefined;
  /** Some nodes of a Redis Cluster, which name the others; host and port are the first one's. */
  cluster: HostAndPort[] | undefined;
}

const DEFAULT_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Redis as `REDIS_URL`, `REDIS_CLUSTER`, `REDIS_SENTINELS` or `REDIS_HOST` name it; undefined without any of them.
 *
 * @throws ConfigError
 */
export function redisConfig(variables: Variables): RedisConfig | undefined {
  const url = variables.url('REDIS_URL', ['redis:', 'rediss:']);
  const host = variables.text('REDIS_HOST');
  const port = variables.integer('REDIS_PORT', DEFAULT_PORT, 1, 65_535);
  const sentinels = sentinelsOf(variables);
  const cluster = nodesOf(variables, 'REDIS_CLUSTER', DEFAULT_PORT);
  const common = {
    username: variables.text('REDIS_USERNAME'),
    password: variables.text('REDIS_PASSWORD'),
    database: 0,
    tls: undefined,
  };
  const ca = certificates(variables);
  const ways = { REDIS_URL: url, REDIS_HOST: host, REDIS_SENTINELS: sentinels, REDIS_CLUSTER: cluster };
  const given = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length > 1) throw new ConfigError(`${given.join(' and ')} exclude each other: set one of them`);
  if (url !== undefined) return fromUrl(new URL(url), common, ca);
  const tls = ca === undefined ? undefined : { ca };
  if (cluster) return { ...cluster[0]!, ...common, tls, sentinels: undefined, cluster };
  if (sentinels) return { ...sentinels.nodes[0]!, ...common, tls, sentinels, cluster: undefined };
  return host === undefined ? undefined : { host, port, ...common, tls, sentinels: undefined, cluster: undefined };
}

type Common = Pick<RedisConfig, 'username' | 'password' | 'database' | 'tls'>;

/** What the URL says counts before variables of their own. */
function fromUrl(url: URL, common: Common, ca: string | undefined): RedisConfig {
  const path = url.pathname.replace(/^\//, '');
  if (!/^\d{0,4}$/.test(path) || url.hostname === '') {
    throw new ConfigError('REDIS_URL must be as redis://user:password@host:6379/0, its path the number of a database');
  }
  return {
    // An address of IPv6 stands in brackets.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    username: decoded(url.username) ?? common.username,
    password: decoded(url.password) ?? common.password,
    database: Number(path),
    tls: url.protocol === 'rediss:' || ca !== undefined ? { ca } : undefined,
    sentinels: undefined,
    cluster: undefined,
  };
}

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw new ConfigError('REDIS_URL has a user or password with a % that begins no escape: write it as %25');
  }
}

function sentinelsOf(variables: Variables): RedisConfig['sentinels'] {
  const nodes = nodesOf(variables, 'REDIS_SENTINELS', SENTINEL_PORT);
  const name = variables.text('REDIS_SENTINEL_NAME');
  if (!nodes) return undefined;
  if (name === undefined) throw new ConfigError('REDIS_SENTINEL_NAME must be set: how the sentinels call the master');
  return { name, nodes };
}

/** Undefined if there are none. */
function nodesOf(variables: Variables, variable: string, defaultPort: number): HostAndPort[] | undefined {
  const nodes = variables.list(variable).map((text) => {
    const [, host, port = String(defaultPort)] = /^([^\s:,]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw new ConfigError(`${variable} must be as host:${defaultPort},host:${defaultPort}, not "${text}"`);
    }
    return { host, port: Number(port) };
  });
  return nodes.length === 0 ? undefined : nodes;
}

function certificates(variables: Variables): string | undefined {
  const path = variables.text('REDIS_TLS_CA');
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`REDIS_TLS_CA can't be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  // TLS takes a file without certificates for one that trusts nothing.
  if (!/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----$/m.test(text)) {
    throw new ConfigError(`REDIS_TLS_CA has no certificate in PEM: ${path}`);
  }
  return text;
}
