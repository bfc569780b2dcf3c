import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { Cluster, ensureBuilt, WatchedConsumers } from '../support/cluster/index.js';

const PRODUCTS = 12;
/** `TEST_CONSUMER_FAULTS=1000` makes a soak of it. */
const FAULTS = Number(process.env.TEST_CONSUMER_FAULTS ?? 100);
/** Milliseconds that all of it may take: most of a fault is what a restart or a pause takes. */
const WITHIN = 140_000 + FAULTS * 1_000;

/** G12: instances that are killed, paused and cut off from PostgreSQL, one after the other, while clients write. */
describe('durable consumers under load', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({
      instances: 3,
      instance: () => WatchedConsumers.instance,
      start: false,
    });
    await WatchedConsumers.prepare(cluster);
    await cluster.heal();
  }, 240_000);
  afterAll(() => cluster?.dispose());

  const post = async <Body>(path: string, body: unknown): Promise<Body> => {
    const answer = await cluster.client.send<Body>('POST', `${cluster.running[0]!.url}/api/${path}`, { body });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };

  it(
    `handle each event exactly once, in order per product, through ${FAULTS} faults`,
    async () => {
      const { id: vendorId } = await post<Vendor>('vendors', { name: 'Busy' });
      const products = await Promise.all(
        Array.from({ length: PRODUCTS }, (_, index) =>
          post<Product>('products', { vendorId, name: `Product ${index}`, category: 'vegetables', basePrice: 1 }),
        ),
      );
      const consumers = await WatchedConsumers.start(cluster);

      let writing = true;
      let written = 0;
      const write = async (writer: number): Promise<void> => {
        for (let price = 2; writing; price += 1) {
          const product = products[(price * 4 + writer) % PRODUCTS]!;
          const target = cluster.running[(price + writer) % cluster.running.length]!;
          const url = `${target.url}/api/products/${product.id}`;
          const body = { basePrice: price * 10 + writer };
          const answer = await cluster.client.send('PATCH', url, { body, timeoutMs: 2_000 }).catch(() => undefined);
          if (answer?.status === 200) written += 1;
          await pause(answer ? 10 : 50);
        }
      };
      const writers = [0, 1, 2, 3].map(write);

      for (let fault = 0; fault < FAULTS; fault += 1) {
        const victim = cluster.instances[fault % 3]!;
        if (fault % 34 === 7) {
          await victim.kill();
          await pause(300);
          await victim.start();
        } else if (fault % 10 === 4) {
          victim.pause();
          await pause(fault % 30 === 4 ? 1_800 : 200);
          victim.resume();
        } else {
          victim.postgres.cut();
          await pause(40);
        }
      }
      writing = false;
      await Promise.all(writers);
      await cluster.heal();

      expect(written).toBeGreaterThan(50);
      expect(await consumers.audit()).toEqual([]);
      await consumers.stop();
    },
    WITHIN,
  );
});
