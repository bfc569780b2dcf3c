import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createInventoryClient, type InventoryClient } from '../../src/client/index.js';
import { createProduct } from '../support/builders.js';
import { type Follower, follow } from '../support/clients.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { waitFor } from '../support/processes.js';
import { type Proxy, startComposeProxy, startHaproxy, startNginx } from '../support/proxies.js';
import { bearer } from '../support/tokens.js';

/** The files that are committed, in front of two instances. */
describe.each([
  ['nginx', startNginx],
  ['HAProxy', startHaproxy],
  ['the HAProxy of docker-compose.yml', startComposeProxy],
])('behind %s', (_name, start) => {
  let instances: Instances;
  let proxy: Proxy;
  let authorization: string;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    instances = await startTwoInstances();
    proxy = await start([instances.leader.url, instances.follower.url]);
    authorization = await bearer();
  }, 120_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await proxy?.stop();
    await instances?.close();
  });

  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${proxy.url}${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('compressed answers keep tags by which a change can be made, and be refused', async () => {
    const { id } = await createProduct(instances.leader, { description: 'onions '.repeat(250), basePrice: 1 });
    const read = await ask('GET', `/api/products/${id}`, undefined, { 'accept-encoding': 'gzip' });
    expect(read.headers.get('content-encoding')).toBe('gzip');
    const tag = read.headers.get('etag')!;
    expect(tag).toBe('W/"1"');
    await read.json();
    const again = await ask('GET', `/api/products/${id}`, undefined, { 'if-none-match': tag });
    expect(again.status).toBe(304);
    const changed = await ask('PATCH', `/api/products/${id}`, { basePrice: 2 }, { 'if-match': tag });
    expect(changed.status).toBe(200);
    const late = await ask('PATCH', `/api/products/${id}`, { basePrice: 3 }, { 'if-match': tag });
    expect(late.status).toBe(412);
    const page = await ask('GET', '/api/products/search?q=onions', undefined, { 'accept-encoding': 'gzip' });
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(((await page.json()) as { items: object[] }).items).toHaveLength(1);
  });

  it('operators’ pages are for those who ask the instances', async () => {
    const answers = await Promise.all(['/metrics', '/health', '/health/ready'].map((path) => ask('GET', path)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 200]);
  });

  it('clients hear of changes as they come and by long polling, also when an instance ends', async () => {
    const followers: Follower[] = ['websocket', 'polling'].map((transport, index) => {
      const options = index === 0 ? {} : { socketOptions: { transports: [transport] } };
      const client = createInventoryClient({ url: proxy.url, ...options });
      clients.push(client);
      return follow(client, { type: 'general' });
    });
    await Promise.all(followers.map(({ subscription }) => subscription.ready));
    const made: string[] = [];
    const change = async (): Promise<void> => void made.push((await createProduct(instances.leader)).id);
    const heard = () => followers.every(({ seen }) => made.every((id) => seen.some((event) => event.productId === id)));
    await change();
    await waitFor(heard, { what: 'the event at both clients' });
    await instances.stop(instances.follower);
    await change();
    await waitFor(heard, { timeoutMs: 30_000, what: 'the event after an instance has ended' });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, () => ask('GET', '/api/products/search').then(({ status }) => status)),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { id } = await createProduct(instances.leader, { basePrice: 1 });
    expect((await ask('PATCH', `/api/products/${id}`, { basePrice: 2 })).status).toBe(200);
  });
});
