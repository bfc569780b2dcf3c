import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createInventoryClient, type InventoryClient, type InventoryClientOptions } from '../../src/client/index.js';
import { createProduct } from '../support/builders.js';
import { type Follower, follow } from '../support/clients.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { BALANCER_TIMEOUT, type LoadBalancer, startLoadBalancer } from '../support/load-balancer.js';
import { waitFor } from '../support/processes.js';
import { realtimeStats } from '../support/rooms.js';

describe('the client library behind a load balancer without sticky sessions', () => {
  let instances: Instances;
  let balancer: LoadBalancer;
  let withoutWebSocket: LoadBalancer;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    instances = await startTwoInstances();
    const { leader, follower } = instances;
    balancer = await startLoadBalancer([leader.url, follower.url]);
    withoutWebSocket = await startLoadBalancer([follower.url], ['http-request deny if { hdr(upgrade) -i websocket }']);
  }, BALANCER_TIMEOUT);
  afterAll(async () => {
    await balancer?.stop();
    await withoutWebSocket?.stop();
    await instances?.close();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  function connect(
    url: string,
    options: Partial<InventoryClientOptions> = {},
  ): { client: InventoryClient; errors: Error[] } {
    const client = createInventoryClient({ url, ...options });
    const errors: Error[] = [];
    client.on('error', (error) => void errors.push(error));
    clients.push(client);
    return { client, errors };
  }
  const connections = async (): Promise<number[]> => {
    const stats = await Promise.all([instances.leader, instances.follower].map(realtimeStats));
    return stats.map((one) => one.connections);
  };
  const heard = async (followers: readonly Follower[]): Promise<void> => {
    const { id } = await createProduct(instances.leader);
    const all = () => followers.every(({ seen }) => seen.at(-1)?.productId === id);
    await waitFor(all, { what: 'the event at every client' });
  };

  it('connects as it comes, and is spread over the instances', async () => {
    const four = [1, 2, 3, 4].map(() => connect(balancer.url));
    const followers = four.map(({ client }) => follow(client, { type: 'general' }));
    await Promise.all(followers.map(({ subscription }) => subscription.ready));
    expect(Math.min(...(await connections()))).toBeGreaterThan(0);
    await heard(followers);
    expect(four.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('which long polling does not get through', async () => {
    const { client, errors } = connect(balancer.url, { socketOptions: { transports: ['polling'] } });
    await waitFor(() => errors.length > 0, { what: 'the error' });
    expect([client.connected, errors[0]!.message]).toEqual([false, expect.stringMatching(/^xhr (post|poll) error$/)]);
  });

  it('polls where WebSocket can’t be had', async () => {
    const { client, errors } = connect(withoutWebSocket.url);
    const follower = follow(client, { type: 'general' });
    await follower.subscription.ready;
    await heard([follower]);
    expect(errors).toEqual([]);
  });

  it('finds a server that a proxy has under a path', async () => {
    const { follower } = instances;
    const proxy = await startLoadBalancer(
      [follower.url],
      ['http-request replace-path /sync(/.*) \\1 if { path_beg /sync/ }'],
    );
    const { client, errors } = connect(`${proxy.url}/sync/`);
    const listener = follow(client, { type: 'general' });
    await listener.subscription.ready;
    await heard([listener]);
    expect(await client.products.get(listener.seen.at(-1)!.productId!)).toMatchObject({ version: 1 });
    expect(errors).toEqual([]);
    client.close();
    await proxy.stop();
  });
});
