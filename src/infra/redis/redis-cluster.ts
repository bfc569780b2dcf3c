import { Logger } from '@nestjs/common';
import { Cluster, type ClusterOptions, type Redis, type RedisOptions } from 'ioredis';
import type { HostAndPort } from '../../config/index.js';
import { ConnectionWatch } from './connection-watch.js';
import { tlsConnector } from './tls-connector.js';

/** Seconds without a usable cluster after which that is logged; nodes that don't answer at all are named at once. */
const PATIENT_FOR = 5;
/** Times a command follows a slot or waits for one; with the pauses between them within the time of a command. */
const MOST_REDIRECTIONS = 5;
const PAUSE = 30;
/** Partitions of the cache listen to one connection. */
const MOST_LISTENERS = 200;

/** All that the client knows of a node that refuses the connection. */
const CLOSED = 'Connection is closed.';
/** Of commands to which the user has no right, in scripts as well, as Redis 7.0 and later ones say it. */
const NO_RIGHT = /NOPERM|ACL failure|user executing the script can't/;
const NO_CLUSTER = /cluster support disabled|unknown command.*cluster/i;

/** Connections to all masters of a Redis Cluster, and what there is to say and to watch about them. */
export class ClusterConnection {
  readonly cluster: Cluster;
  private readonly logger = new Logger('Redis');
  private readonly watches = new WeakMap<Redis, ConnectionWatch>();
  private failing = false;
  private notReady = 0;
  /** Some node says that not all slots are served: commands are refused, though their connections are fine. */
  private down = false;
  private refused = false;
  /** Why TLS failed with a node; all that the client says is that none can be reached. */
  private ofTls = '';

  constructor(
    private readonly nodes: readonly HostAndPort[],
    private readonly purpose: string,
    options: RedisOptions,
    ofCluster: ClusterOptions = {},
  ) {
    this.cluster = new Cluster([...nodes], {
      ...ofCluster,
      enableOfflineQueue: false,
      clusterRetryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
      maxRedirections: MOST_REDIRECTIONS,
      retryDelayOnFailover: PAUSE,
      retryDelayOnClusterDown: PAUSE,
      retryDelayOnTryAgain: PAUSE,
      slotsRefreshTimeout: 1_000,
      slotsRefreshInterval: 5_000,
      // Certificates are of names.
      ...(options.tls && { dnsLookup: (address, callback) => callback(null, address) }),
      redisOptions: {
        ...options,
        ...(options.tls && { Connector: tlsConnector(({ message }) => (this.ofTls = message)) }),
        reconnectOnError: (error) => {
          if (NO_RIGHT.test(error.message)) this.refusedBy(error);
          return false;
        },
      },
    });
    this.cluster.setMaxListeners(MOST_LISTENERS);
    this.cluster.on('+node', ignoreFailedAsking);
    this.cluster.on('error', (error: Error & { lastNodeError?: Error }) => this.failed(error.lastNodeError ?? error));
    // Which it is only if all slots are served.
    this.cluster.on('ready', () => this.usable());
  }

  /** Nodes that are known by now. */
  get known(): HostAndPort[] {
    return this.cluster.nodes().map(({ options }) => ({ host: options.host!, port: options.port! }));
  }

  /** Call once a second. */
  probe(): void {
    void this.askState();
    if (this.cluster.status === 'ready' && !this.down) this.usable();
    else this.notReady += 1;
    if (this.notReady === PATIENT_FOR) this.failed(new Error('no slots are served, or not all of them'));
    for (const node of this.cluster.nodes()) {
      let watch = this.watches.get(node);
      if (!watch) this.watches.set(node, (watch = new ConnectionWatch(node)));
      if (!watch.isSilent()) continue;
      this.logger.warn(`${this.purpose}: no answer from ${node.options.host}:${node.options.port} for too long`);
      node.disconnect();
    }
  }

  /** Any node knows; one that doesn't answer, or may not be asked, says nothing about the others. */
  private async askState(): Promise<void> {
    const masters = this.cluster.nodes('master').filter(({ status }) => status === 'ready');
    const info = await masters[Math.floor(Math.random() * masters.length)]?.cluster('INFO').catch(() => '');
    this.down = String(info).includes('cluster_state:fail');
  }

  private usable(): void {
    if (this.failing) this.logger.log(`${this.purpose}: connected again`);
    [this.failing, this.notReady, this.down, this.ofTls] = [false, 0, false, ''];
  }

  /** The first time only: it goes on until the user has the right. */
  private refusedBy({ message }: Error): void {
    if (this.refused) return;
    this.refused = true;
    this.logger.warn(`${this.purpose}: the Redis Cluster at ${this.names} refuses its user: ${message}`);
  }

  private get names(): string {
    return this.nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  }

  /** One line when it goes away, not one per attempt. */
  private failed({ message }: Error): void {
    if (this.failing) return;
    this.failing = true;
    const reason = NO_CLUSTER.test(message)
      ? 'that is no Redis Cluster: name it by REDIS_URL'
      : message.replace(CLOSED, `no node can be reached${this.ofTls && ` (${this.ofTls})`}`);
    this.logger.warn(`${this.purpose}: the Redis Cluster at ${this.names} can't be used: ${reason}`);
  }
}

/**
 * Before a command goes to the node that a slot is on its way to, ioredis (5.11) sends `ASKING` and drops its promise.
 * If that node hangs or closes, the rejection would end the process. The command itself fails as well, for its caller.
 */
function ignoreFailedAsking(node: Redis): void {
  const ask = node.asking.bind(node);
  node.asking = () => {
    const asked = ask();
    asked.catch(() => undefined);
    return asked;
  };
}
