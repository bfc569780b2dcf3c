import type { InventoryEvent } from '../../src/contracts/index.js';
import type { BenchRun } from '../support/bench-run.js';
import { nowMs } from '../support/children.js';
import { query } from '../support/database.js';
import { BURST, type Subject } from './subject.js';

/** Products that single changes go to in turn: more than there are changes, so that each one's commit can be found. */
const LOTS = 200;

export interface Product extends Subject {
  /** The events of one burst as they are sent. */
  sample: readonly InventoryEvent[];
}

/** Starts the product on a database of its own, with one vendor. */
export async function startProduct(run: BenchRun): Promise<Product> {
  const databaseUrl = await run.database(0);
  const server = await run.server({ databaseUrl });
  const { id: vendorId } = await server.api<{ id: string }>('POST', '/vendors', { name: 'Azadpur', state: 'Delhi' });
  const put = (lots: number, basePrice: number) =>
    server.api<{ results: { productId: string }[] }>('PUT', `/vendors/${vendorId}/inventory`, {
      items: Array.from({ length: lots }, (_, index) => ({
        sku: `lot-${index}`,
        name: `Onion ${index}`,
        names: { hi: 'प्याज', ta: 'வெங்காயம்' },
        category: 'vegetables',
        basePrice,
      })),
    });
  const { results } = await put(LOTS, 1);
  await put(BURST, 2);
  await server.settled();
  const { events } = await server.api<{ events: InventoryEvent[] }>(
    'GET',
    `/events?limit=1000&vendorId=${vendorId}&eventType=price_changed`,
  );
  const changed: { id: string; began: number }[] = [];
  let turn = 0;
  return {
    url: server.url.replace('http', 'ws'),
    pid: server.pid,
    dialect: 'socket.io',
    sample: events,
    async change(price) {
      const id = results[(turn += 1) % LOTS]!.productId;
      changed.push({ id, began: nowMs() });
      await server.api('PATCH', `/products/${id}`, { basePrice: price });
    },
    async times() {
      const commits = await commitTimes(databaseUrl);
      const some = changed.splice(0);
      if (commits === undefined) return { times: some.map(({ began }) => began), of: 'request' };
      return { times: some.map(({ id }) => commits.get(id)!), of: 'commit' };
    },
    burst: async (price) => void (await put(BURST, price)),
    // With the part of the run it was started in.
    stop: () => Promise.resolve(),
  };
}

/** When PostgreSQL committed each product's last change; undefined if the server doesn't keep it. */
async function commitTimes(url: string): Promise<Map<string, number> | undefined> {
  const [setting] = await query<{ track_commit_timestamp: string }>(url, 'SHOW track_commit_timestamp');
  if (setting!.track_commit_timestamp !== 'on') return undefined;
  const rows = await query<{ id: string; at: number }>(
    url,
    'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM products',
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}
