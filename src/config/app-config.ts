import { resolve } from 'node:path';
import { type TelemetryConfig, telemetryConfig } from './telemetry.js';
import { ConfigError } from './config-error.js';
import { databaseUrl, replicaUrls } from './database-urls.js';
import { dotEnv, unknownVariables } from './environment.js';
import { origins, trustedProxies } from './network.js';
import { type RedisConfig, redisConfig } from './redis.js';
import { isLoopback, serverAddress } from './server-address.js';
import { type Environment, type Setting, Variables } from './variables.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

/** Everything that can be set from outside, validated; the README's table lists names and defaults. */
export class AppConfig {
  host: string;
  /** 0 picks a free port. */
  port: number;
  /** Absent: embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | undefined;
  /** Standbys of that database, one server each, for searches and products. */
  databaseReplicaUrls: string[];
  dataDir: string;
  /** Absent: the in-process engine. */
  redis: RedisConfig | undefined;
  /** Seconds a cached search may live. */
  cacheTtl: number;
  /** Cached searches over all instances. */
  cacheSize: number;
  /** Redis channel that carries the events. */
  inventoryChannel: string;
  jwtSecret: string | undefined;
  jwksUrl: string | undefined;
  /** What a token's `aud` and `iss` must be; not checked when absent. */
  jwtAudience: string | undefined;
  jwtIssuer: string | undefined;
  /** `undefined`: only when the database is embedded and empty. */
  demo: boolean | undefined;
  /** Requests a minute per principal and address; 0 is off. */
  rateLimit: number;
  /** Items of bulk requests a minute and vendor's principal; 0: no limit. */
  itemRateLimit: number;
  /** Addresses and ranges of the proxies in front; what others say of a request's origin doesn't count. */
  trustProxy: string[];
  /** Origins whose pages may use the API; `*` alone: all. None: CORS is off. */
  corsOrigins: string[];
  /** Sockets; 0 is off. */
  maxConnectionsPerAddress: number;
  /** Connections that may wait to be accepted, while this process is busy; the system may allow fewer. */
  listenBacklog: number;
  /** What a client that comes back may be sent again at most: events, and bytes of them. */
  replayEvents: number;
  replayBytes: number;
  /** Bytes that may wait for one socket to be read. */
  sendBufferBytes: number;
  /** Seconds that a durable consumer may be behind before `/health` says so; 0: never. */
  consumerLagSeconds: number;
  /** Days for which events stay in the table, sealed ones in segments afterwards; undefined: the newest million. */
  logRetentionDays: number | undefined;
  /** Between two acknowledged changes that are looked for in searches; 0 for none. */
  freshnessAuditSeconds: number;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Undefined: for people in a terminal, for programs elsewhere. */
  logFormat: (typeof LOG_FORMATS)[number] | undefined;
  /** Whether `src/fast-path` goes around libraries; without it they do all in their own way, slower. */
  fastPath: boolean;
  region: string;
  /** Null: no spans. */
  telemetry: TelemetryConfig | null;
  /** IANA name of the zone in which market days begin and end. */
  marketTimezone: string;
  /** What the operator should know of how it is set: one line each. */
  warnings: string[];

  get embedded(): boolean {
    return this.databaseUrl === undefined;
  }
}

/**
 * Reads and validates the environment, or the one given.
 *
 * @throws ConfigError on the first bad value
 */
export function loadConfig(env?: Environment): AppConfig {
  return readConfig(env ? new Variables(env) : ownVariables());
}

/** All settings, by name and with what is in force, without what is secret. Throws as `loadConfig`. */
export function settingsInForce(): Setting[] {
  const variables = ownVariables();
  readConfig(variables);
  return [...variables.settings.values()].map((setting) => ({ ...setting, value: shown(setting) }));
}

const ownVariables = (): Variables => new Variables(process.env, dotEnv());

/** Headers of exports are mostly keys. */
const SECRET = /SECRET|PASSWORD|HEADERS/;

function shown({ name, value }: Setting): string | undefined {
  if (value === undefined) return undefined;
  if (SECRET.test(name)) return '(set)';
  return value.replace(/(:\/\/[^:/@\s]*):[^/\s]*@/g, '$1:***@');
}

function readConfig(variables: Variables): AppConfig {
  const config = Object.assign(new AppConfig(), {
    ...serverAddress(variables),
    databaseUrl: databaseUrl(variables),
    databaseReplicaUrls: replicaUrls(variables),
    dataDir: resolve(variables.text('DATA_DIR', '.data')),
    redis: redisConfig(variables),
    cacheTtl: variables.integer('DEFAULT_TTL', 300, 1, 86_400),
    cacheSize: variables.integer('MAX_CACHE_SIZE', 10_000, 1, 10_000_000),
    inventoryChannel: variables.text('INVENTORY_CHANNEL', 'inventory:updates'),
    jwtSecret: secret(variables),
    jwksUrl: variables.url('JWKS_URL', ['https:', 'http:']),
    jwtAudience: variables.text('JWT_AUDIENCE'),
    jwtIssuer: variables.text('JWT_ISSUER'),
    demo: variables.flag('DEMO'),
    rateLimit: variables.integer('RATE_LIMIT', 6000, 0, 100_000_000),
    itemRateLimit: variables.integer('ITEM_RATE_LIMIT', 20_000, 0, 100_000_000),
    trustProxy: trustedProxies(variables),
    corsOrigins: origins(variables),
    maxConnectionsPerAddress: variables.integer('MAX_CONNECTIONS_PER_ADDRESS', 2000, 0, 10_000_000),
    listenBacklog: variables.integer('LISTEN_BACKLOG', 8_192, 1, 65_535),
    replayEvents: variables.integer('REPLAY_EVENTS', 1_000, 0, 100_000),
    replayBytes: variables.integer('REPLAY_BYTES', 1_048_576, 0, 1_073_741_824),
    sendBufferBytes: variables.integer('SEND_BUFFER_BYTES', 1_048_576, 65_536, 1_073_741_824),
    freshnessAuditSeconds: variables.integer('FRESHNESS_AUDIT_SECONDS', 2, 0, 86_400),
    consumerLagSeconds: variables.integer('CONSUMER_LAG_SECONDS', 300, 0, 86_400_000),
    logRetentionDays: variables.days('LOG_RETENTION', 36_500),
    logLevel: variables.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    logFormat:
      variables.text('LOG_FORMAT') === undefined ? undefined : variables.oneOf('LOG_FORMAT', LOG_FORMATS, 'json'),
    fastPath: variables.oneOf('FAST_PATH', ['on', 'off'], 'on') === 'on',
    region: variables.text('REGION', 'local'),
    telemetry: telemetryConfig(variables),
    marketTimezone: variables.timezone('MARKET_TIMEZONE', 'Asia/Kolkata'),
  });
  checkKeys(config);
  config.warnings = unknownVariables(variables.names, new Set(variables.settings.keys()));
  return config;
}

/** RFC 7518 §3.2 asks for 256 bits; anything under 128 can be guessed offline from one token. */
function secret(variables: Variables): string | undefined {
  const value = variables.text('JWT_SECRET');
  if (value !== undefined && Buffer.byteLength(value) < 16) {
    throw new ConfigError('JWT_SECRET must have at least 16 bytes (32 or more are advised)');
  }
  return value;
}

/** One kind of key only, and none made up here for a server that strangers can reach. */
function checkKeys({ host, jwtSecret, jwksUrl }: AppConfig): void {
  if (jwtSecret !== undefined && jwksUrl !== undefined) {
    throw new ConfigError('JWT_SECRET and JWKS_URL exclude each other: set the one that tokens are signed for');
  }
  if (jwtSecret === undefined && jwksUrl === undefined && !isLoopback(host)) {
    throw new ConfigError(`JWT_SECRET or JWKS_URL must be set to listen on ${host}, which others can reach (HOST)`);
  }
}
