import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { Cluster, ensureBuilt } from '../support/cluster/index.js';
import { OutsideConsumer } from '../support/cluster/outside-consumer.js';
import { readDatabase } from '../support/cluster/read-database.js';
import { waitFor } from '../support/processes.js';
import { bearer } from '../support/tokens.js';

const PRELOAD = join(import.meta.dirname, '../support/cluster/counting-consumer.mjs');
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
    cluster = await Cluster.start({ instances: 3, instance: () => ({ preload: [PRELOAD] }), start: false });
    await cluster.postgres.query((client) =>
      client.query('CREATE TABLE handled (number bigserial, key text, event_id uuid, position bigint)'),
    );
    await cluster.heal();
  }, 240_000);
  afterAll(() => cluster?.dispose());

  const post = async <Body>(path: string, body: unknown): Promise<Body> => {
    const answer = await cluster.client.send<Body>('POST', `${cluster.running[0]!.url}/api/${path}`, { body });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const handled = () =>
    cluster.postgres.query(async (client) => {
      const text = 'SELECT key, position::int FROM handled ORDER BY number';
      return (await client.query<{ key: string; position: number }>(text)).rows;
    });

  it(
    `handle each event exactly once, in order per product, through ${FAULTS} faults`,
    async () => {
      const { id: vendorId } = await post<Vendor>('vendors', { name: 'Busy' });
      const products = await Promise.all(
        Array.from({ length: PRODUCTS }, (_, index) =>
          post<Product>('products', { vendorId, name: `Product ${index}`, category: 'vegetables', basePrice: 1 }),
        ),
      );
      await post('consumers', { name: 'outside', from: 'beginning', filter: { eventTypes: ['price_changed'] } });
      const service = await bearer({ role: 'service' });
      const outside = new OutsideConsumer(cluster.client, () => cluster.running, 'outside', service);
      outside.start();

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

      const { log } = await readDatabase(cluster.postgres);
      expect(written).toBeGreaterThan(50);
      await waitFor(async () => (await handled()).length >= log.length, { timeoutMs: 30_000, what: 'the counting' });
      const rows = await handled();
      expect(rows.map(({ position }) => position).sort((a, b) => a - b)).toEqual(log.map(({ position }) => position));
      const lastOfKey = new Map<string, number>();
      for (const { key, position } of rows) {
        expect(position).toBeGreaterThan(lastOfKey.get(key) ?? 0);
        lastOfKey.set(key, position);
      }

      const wanted = log.filter(({ eventType }) => eventType === 'price_changed').map(({ eventId }) => eventId);
      const acknowledged = () => new Set([...outside.acknowledged.keys(), ...outside.unknown.keys()]);
      // Instead of after 30 s, if its client got no answer.
      await cluster.postgres.query((client) => client.query('UPDATE consumer_partitions SET lease_until = NULL'));
      await waitFor(() => acknowledged().size >= wanted.length, { timeoutMs: 60_000, what: 'the outside consumer' });
      await outside.stop();
      expect(outside.violations).toEqual([]);
      expect(acknowledged()).toEqual(new Set(wanted));
    },
    WITHIN,
  );
});
