import { Cluster, Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './processes.js';
import { startRedis, type TestRedis } from './redis-server.js';

const MASTERS = 3;
const SLOTS = 16_384;
/** Milliseconds without an answer after which a master is given up. */
const NODE_TIMEOUT = 1_000;

export interface ClusterNode {
  server: TestRedis;
  admin: Redis;
  id: string;
}

/** Three masters with a replica each. */
export interface RedisCluster {
  /** For the product. */
  env: Record<string, string>;
  nodes: ClusterNode[];
  client: Cluster;
  /** The node that serves the slot, as most of the others see it. */
  masterOf(slot: number): Promise<ClusterNode>;
  /** A replica of this one. */
  replicaOf(master: ClusterNode): Promise<ClusterNode>;
  hasReplica(master: ClusterNode): Promise<boolean>;
  /** The master's changes reach it no more. */
  cutOff(replica: ClusterNode): Promise<void>;
  /** Empties all masters. */
  flush(): Promise<void>;
  /** The replica takes over. @param how without the master's consent, if given */
  failOver(master: ClusterNode, how?: 'FORCE' | 'TAKEOVER'): Promise<void>;
  /** Some slots of a master that have keys. */
  usedSlots(master: ClusterNode): Promise<number[]>;
  /**
   * Moves the slot with all its keys, as `redis-cli --cluster reshard` does. @param meanwhile when half of them are
   * there
   */
  migrate(slot: number, to: ClusterNode, meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** @param copied without replicas it is no more than what a bench needs */
export async function startRedisCluster(
  args: string[] = [],
  { masters = MASTERS, copied = true } = {},
): Promise<RedisCluster> {
  const replicas = copied ? masters : 0;
  const folder = await mkdtemp(join(tmpdir(), 'mandi-cluster-'));
  const nodes = await Promise.all(
    Array.from({ length: masters + replicas }, async (_none, index): Promise<ClusterNode> => {
      const server = await startRedis({
        args: [
          ...['--cluster-enabled', 'yes', '--cluster-config-file', join(folder, `nodes-${index}.conf`)],
          ...['--cluster-node-timeout', String(NODE_TIMEOUT), '--repl-diskless-sync-delay', '0'],
          ...['--dir', folder, '--dbfilename', `node-${index}.rdb`, ...args],
        ],
      });
      const admin = new Redis(server.port, server.host, {
        retryStrategy: () => 200,
        maxRetriesPerRequest: 0,
      });
      admin.on('error', () => undefined);
      await waitFor(() => admin.status === 'ready', { what: 'a node of the cluster' });
      return { server, admin, id: String(await admin.call('CLUSTER', 'MYID')) };
    }),
  );
  const [first] = nodes;
  await Promise.all(nodes.map(({ admin }, index) => admin.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))));
  for (const { server } of nodes.slice(1)) await first!.admin.call('CLUSTER', 'MEET', server.host, String(server.port));
  for (let index = 0; index < masters; index += 1) {
    const [from, to] = [index, index + 1].map((edge) => Math.floor((SLOTS * edge) / masters));
    await nodes[index]!.admin.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to! - 1));
  }
  await Promise.all(
    nodes.slice(masters).map(({ admin }, index) =>
      // Only a node that is known can be replicated.
      waitFor(
        () =>
          admin.call('CLUSTER', 'REPLICATE', nodes[index]!.id).then(
            () => true,
            () => false,
          ),
        {
          what: 'the nodes to meet',
          timeoutMs: 20_000,
        },
      ),
    ),
  );
  const isWhole = async ({ admin }: ClusterNode): Promise<boolean> => {
    const [state, seen] = [await admin.call('CLUSTER', 'INFO'), await admin.call('CLUSTER', 'NODES')].map(String);
    return state!.includes('cluster_state:ok') && (seen!.match(/ (?:myself,)?slave /g) ?? []).length === replicas;
  };
  const isCopied = async ({ admin }: ClusterNode): Promise<boolean> =>
    /role:master|master_link_status:up/.test(await admin.info('replication'));
  await waitFor(
    async () => (await Promise.all(nodes.flatMap((node) => [isWhole(node), isCopied(node)]))).every(Boolean),
    {
      what: 'the cluster to be whole',
      timeoutMs: 30_000,
    },
  );
  const client = new Cluster(nodes.map(({ server: { host, port } }) => ({ host, port })));
  client.on('error', () => undefined);
  await waitFor(() => client.status === 'ready', { what: 'the client of the cluster' });

  const alive = (): ClusterNode[] => nodes.filter(({ admin }) => admin.status === 'ready');
  const idOf = (slots: [number, number, [string, number, string], ...unknown[]][], slot: number): string | undefined =>
    slots.find(([from, to]) => from <= slot && slot <= to)?.[2][2];
  const masterOf = (slot: number): Promise<ClusterNode> =>
    waitFor(
      async () => {
        const seen = await Promise.all(
          alive().map(async ({ admin }) => idOf((await admin.call('CLUSTER', 'SLOTS')) as never, slot)),
        );
        const [id] = seen;
        return seen.every((other) => other === id) ? nodes.find((node) => node.id === id) : undefined;
      },
      { what: 'one master of the slot', timeoutMs: 20_000 },
    );
  const findReplica = async (master: ClusterNode): Promise<ClusterNode | undefined> => {
    const lines = (await master.admin.call('CLUSTER', 'REPLICAS', master.id)) as string[];
    return alive().find(({ id }) => lines.some((line) => line.startsWith(id)));
  };
  const replicaOf = (master: ClusterNode): Promise<ClusterNode> =>
    waitFor(() => findReplica(master), { what: 'a replica', timeoutMs: 20_000 });
  const roleOf = async ({ admin }: ClusterNode): Promise<unknown> => ((await admin.call('ROLE')) as unknown[])[0];
  return {
    env: { REDIS_CLUSTER: nodes.map(({ server: { host, port } }) => `${host}:${port}`).join(',') },
    nodes,
    client,
    masterOf,
    replicaOf,
    hasReplica: async (master) => (await findReplica(master)) !== undefined,
    async flush() {
      for (const node of alive()) if ((await roleOf(node)) === 'master') await node.admin.flushall();
    },
    async cutOff(replica) {
      await replica.admin.config('SET', 'masterauth', 'refused');
      const link = async (): Promise<boolean> => (await replica.admin.info('replication')).includes('link_status:down');
      for (const { admin } of alive()) await admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
      await waitFor(link, { what: 'the replica to be cut off' });
    },
    async failOver(master, how) {
      const replica = await replicaOf(master);
      await replica.admin.call('CLUSTER', 'FAILOVER', ...(how ? [how] : []));
      await waitFor(async () => (await roleOf(replica)) === 'master', { what: 'the failover', timeoutMs: 20_000 });
    },
    async usedSlots({ admin }) {
      const keys = await admin.keys('*');
      const slots = await Promise.all(keys.map((key) => admin.call('CLUSTER', 'KEYSLOT', key)));
      return [...new Set(slots.map(Number))].slice(0, 5);
    },
    async migrate(slot, to, meanwhile) {
      const from = await masterOf(slot);
      await to.admin.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', from.id);
      await from.admin.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', to.id);
      const move = async (most: number): Promise<boolean> => {
        const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', String(slot), String(most))) as string[];
        const target = [to.server.host, String(to.server.port), '', '0', '5000'];
        if (keys.length > 0) await from.admin.call('MIGRATE', ...target, 'REPLACE', 'KEYS', ...keys);
        return keys.length > 0;
      };
      await move(3);
      await meanwhile?.();
      while (await move(100));
      for (const { admin } of [to, from, ...alive()]) {
        await admin.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', to.id).catch(() => undefined);
      }
    },
    async stop() {
      client.disconnect();
      for (const { admin } of nodes) admin.disconnect();
      await Promise.all(nodes.map(({ server }) => server.kill()));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
