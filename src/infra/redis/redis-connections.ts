import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { HostAndPort, RedisConfig } from '../../config/index.js';
import { ConnectionWatch } from './connection-watch.js';
import { ClusterConnection } from './redis-cluster.js';
import { tlsConnector, tlsSentinelConnector } from './tls-connector.js';

/** Milliseconds between two probes of all connections. */
const PROBE_EVERY = 1_000;
/** Errors of a server that is not, or no longer, the one to talk to: a demoted master, a node without the slot. */
const WRONG_SERVER = /^(?:READONLY|MOVED|MASTERDOWN)\b/;
/** Milliseconds between two reconnections because of such errors: doubled while they go on, between these bounds. */
const SHORTEST_PAUSE = 1_000;
const LONGEST_PAUSE = 8_000;
/** All that the client says of a sentinel that it can't connect to. */
const CLOSED = 'Connection is closed.';

/**
 * Opens connections to the one Redis, or to a Redis Cluster, and closes them all at shutdown. They reconnect by
 * themselves for ever: when they are lost, when they have been silent for about three seconds, and all together when
 * one of them is answered by a server that is not the master (any more), since the same name, or the sentinels, may
 * lead to another one by now.
 */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly opened: { redis: Redis; purpose: string; watch: ConnectionWatch }[] = [];
  private readonly clusters: ClusterConnection[] = [];
  private readonly probes: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lookedForCluster = false;
  private readonly wrongServer = { since: Number.NEGATIVE_INFINITY, pause: SHORTEST_PAUSE };

  constructor(private readonly config: RedisConfig) {}

  /** For commands that have keys. In a cluster it leads to the master of each key. */
  openKeyed(purpose: string, options: RedisOptions = {}, ofCluster: ClusterOptions = {}): Redis | Cluster {
    if (!this.config.cluster) return this.open(purpose, options);
    const node = { ...addressOf(this.config), ...this.common(purpose), ...options };
    const connection = new ClusterConnection(this.config.cluster, purpose, node, ofCluster);
    this.clusters.push(connection);
    this.timer ??= setInterval(() => this.probe(), PROBE_EVERY).unref();
    return connection.cluster;
  }

  /**
   * For messages. In a cluster it leads to any node, since all pass on what is published, and to another one when that
   * is lost.
   *
   * @param purpose names the connection in `CLIENT LIST` and in the log
   */
  open(purpose: string, options: RedisOptions = {}): Redis {
    let ofTls = '';
    const redis: Redis = new Redis({
      ...addressOf(this.config, ({ message }) => (ofTls = message)),
      ...this.common(purpose),
      // Commands while Redis is away fail at once: every caller has a way to go on without it.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => {
        if (this.config.cluster) Object.assign(redis.options, this.nodeAfter(redis.options));
        return Math.min(50 * 2 ** Math.min(attempt, 5), 1_000);
      },
      reconnectOnError: (error) => {
        if (WRONG_SERVER.test(error.message)) this.reconnectAll(`${purpose}: ${error.message}`);
        return false;
      },
      ...options,
    });
    // One line when it goes away, one when it is back; not one per attempt.
    let failing = false;
    redis.on('error', ({ message }: Error) => {
      if (!failing) this.logger.warn(`${purpose}: ${ofTls === '' ? message : message.replace(CLOSED, () => ofTls)}`);
      failing = true;
    });
    redis.on('ready', () => {
      void this.lookForCluster(redis, purpose);
      if (failing) this.logger.log(`${purpose}: connected again`);
      failing = false;
      ofTls = '';
    });
    this.opened.push({ redis, purpose, watch: new ConnectionWatch(redis) });
    this.timer ??= setInterval(() => this.probe(), PROBE_EVERY).unref();
    return redis;
  }

  /** @param probe called once a second until shutdown; must not throw */
  everySecond(probe: () => void): void {
    this.probes.push(probe);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    for (const { redis } of this.opened) redis.disconnect();
    for (const { cluster } of this.clusters) cluster.disconnect();
  }

  private probe(): void {
    for (const { redis, purpose, watch } of this.opened) {
      if (!watch.isSilent()) continue;
      this.logger.warn(`${purpose}: no answer for too long, connecting anew`);
      redis.disconnect(true);
    }
    for (const connection of this.clusters) connection.probe();
    for (const probe of this.probes) probe();
  }

  /** A node of a cluster that is named as a plain Redis refuses most keys. */
  private async lookForCluster(redis: Redis, purpose: string): Promise<void> {
    if (this.config.cluster || this.lookedForCluster) return;
    this.lookedForCluster = true;
    // Refused to users without the right to ask.
    const info = await redis.info('cluster').catch(() => '');
    if (info.includes('cluster_enabled:1')) {
      this.logger.warn(`${purpose}: Redis is a node of a cluster: name it by REDIS_CLUSTER`);
    }
  }

  private common(purpose: string): RedisOptions {
    return {
      connectionName: `mandi-inventory-sync:${purpose}`,
      connectTimeout: 2_000,
      // From when it is asked, which is while it is connected to. Without a bound one that hangs would be waited for
      // for ever, and no other one asked.
      sentinelCommandTimeout: 2_000,
      // A dead peer doesn't answer the end of a connection either.
      disconnectTimeout: 100,
      keepAlive: 10_000,
    };
  }

  /** Of the nodes of the cluster. */
  private nodeAfter({ host, port }: RedisOptions): HostAndPort {
    const known = this.clusters.find(({ cluster }) => cluster.status === 'ready')?.known ?? [];
    const nodes = [...known, ...this.config.cluster!];
    const index = nodes.findIndex((node) => node.host === host && node.port === port);
    return nodes[(index + 1) % nodes.length]!;
  }

  /**
   * All of them, as only those that write are answered with an error; a publisher or subscriber would stay behind. With
   * pauses: if the name leads to a replica for good, events should still pass most of the time.
   */
  private reconnectAll(reason: string): void {
    const now = performance.now();
    const since = now - this.wrongServer.since;
    if (since < this.wrongServer.pause) return;
    const goesOn = since < 2 * LONGEST_PAUSE;
    if (!goesOn) this.logger.warn(`${reason}; connecting anew until a master answers`);
    this.wrongServer.pause = goesOn ? Math.min(2 * this.wrongServer.pause, LONGEST_PAUSE) : SHORTEST_PAUSE;
    this.wrongServer.since = now;
    for (const { redis } of this.opened) if (redis.status === 'ready') redis.disconnect(true);
  }
}

/** @param ofTls called with the error of each connection to sentinels, or to the master they name, that fails */
function addressOf(
  { host, port, username, password, database, tls, sentinels }: RedisConfig,
  ofTls?: (error: Error) => void,
): RedisOptions {
  const certificates = tls && { ...(tls.ca !== undefined && { ca: tls.ca }) };
  return {
    ...(sentinels ? { sentinels: sentinels.nodes, name: sentinels.name, role: 'master' } : { host, port }),
    // Without these two ioredis speaks plain text to the sentinels, and to the master that they name.
    ...(certificates && sentinels && { sentinelTLS: certificates, enableTLSForSentinelMode: true }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(certificates && { tls: certificates, Connector: sentinels ? tlsSentinelConnector(ofTls) : tlsConnector() }),
    db: database,
  };
}
