import type { Product } from '../../src/contracts/index.js';
import type { BulkAvailabilityResult, InventoryItemResult } from '../../src/inventory/products/bulk-items.js';
import type { TestApp } from './app.js';

/** What a writer was told: the product as it stands after the write. */
export type Acknowledged = Pick<Product, 'id' | 'version'> & Partial<Product>;

export interface Traffic {
  /** Every state that an answer has shown. */
  acknowledged: Acknowledged[];
  /** Every price that was acknowledged as written; no price is ever written twice. */
  prices: number[];
  /** Products that were acknowledged as deleted. */
  deleted: string[];
  /** How often each kind of answer came. */
  answers: Record<string, number>;
}

const SKUS = 50;
const AVAILABILITIES = ['available', 'limited', 'out_of_stock'];

/** Random numbers below `bound`, the same for the same seed (mulberry32). */
function randomSource(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/**
 * Clients that write at random, each request as soon as its last one is answered, to 50 skus of one vendor: creations,
 * updates, changes of availability, deletions, upserts and bulk updates, all over the same products.
 *
 * @param apps client n talks to app n modulo their number
 */
export async function runTraffic(
  apps: readonly TestApp[],
  { vendorId, clients, writes, seed }: { vendorId: string; clients: number; writes: number; seed: number },
): Promise<Traffic> {
  const traffic: Traffic = { acknowledged: [], prices: [], deleted: [], answers: {} };
  /** The last product known to have each sku; it may be gone. */
  const known: string[] = [];
  let left = writes;
  let price = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const client = new Client(apps[index % apps.length]!, traffic, vendorId, known, randomSource(seed + index));
      while (left > 0) {
        left -= 1;
        await client.write((price += 1));
      }
    }),
  );
  return traffic;
}

class Client {
  constructor(
    private readonly app: TestApp,
    private readonly traffic: Traffic,
    private readonly vendorId: string,
    private readonly known: string[],
    private readonly random: (bound: number) => number,
  ) {}

  async write(price: number): Promise<void> {
    const slot = this.random(SKUS);
    const id = this.known[slot];
    const kind = id === undefined ? 0 : this.random(20);
    if (kind < 2) await this.create(slot, price);
    else if (kind < 10) await this.one('PATCH', `/api/products/${id}`, this.updates(price), price);
    else if (kind < 13)
      await this.one('PUT', `/api/products/${id}/availability`, { availability: this.availability() });
    else if (kind < 14) await this.delete(id!);
    else if (kind < 17) await this.upsert(slot, price);
    else await this.bulk();
  }

  private async create(slot: number, price: number): Promise<void> {
    const body = { vendorId: this.vendorId, sku: `s${slot}`, name: 'Onion', category: 'vegetables', basePrice: price };
    const product = await this.one('POST', '/api/products', body, price);
    if (product) this.known[slot] = product.id;
  }

  private updates(price: number): Record<string, unknown> {
    const updates: Record<string, unknown> = { basePrice: price };
    if (this.random(3) === 0) updates.availability = this.availability();
    if (this.random(3) === 0) updates.names = { hi: `नाम ${this.random(3)}` };
    if (this.random(5) === 0) updates.category = ['vegetables', 'fruits'][this.random(2)];
    return updates;
  }

  private async one(method: string, path: string, body: unknown, price?: number): Promise<Product | undefined> {
    const answer = await this.app.request<Product>(method, path, body);
    this.count(`${method} ${answer.status}`);
    if (answer.status >= 300) return undefined;
    this.traffic.acknowledged.push(answer.body);
    if (price !== undefined) this.traffic.prices.push(price);
    return answer.body;
  }

  private async delete(id: string): Promise<void> {
    const { status } = await this.app.request('DELETE', `/api/products/${id}`);
    this.count(`DELETE ${status}`);
    if (status === 204) this.traffic.deleted.push(id);
  }

  /** One sku, or the same one twice, so that one request races itself as well. */
  private async upsert(slot: number, price: number): Promise<void> {
    const item = { sku: `s${slot}`, name: 'Onion', category: 'vegetables', basePrice: price };
    const items = this.random(2) === 0 ? [item] : [item, { sku: item.sku, availability: this.availability() }];
    const path = `/api/vendors/${this.vendorId}/inventory`;
    const { status, body } = await this.app.request<{ results: InventoryItemResult[] }>('PUT', path, { items });
    this.count(`upsert ${status} ${body.results?.[0]?.status}`);
    if (status !== 200) return;
    this.traffic.prices.push(price);
    for (const { productId, version } of body.results) {
      // The second item may be refused: somebody else has deleted what the first one has made.
      if (productId !== null) this.traffic.acknowledged.push({ id: productId, version: version! });
    }
    this.known[slot] = body.results[0]!.productId!;
  }

  private async bulk(): Promise<void> {
    const ids = Array.from({ length: 1 + this.random(5) }, () => this.known[this.random(SKUS)]).filter(Boolean);
    const updates = ids.map((productId) => ({ productId, availability: this.availability() }));
    const path = '/api/products/bulk-availability';
    const { status, body } = await this.app.request<{ results: BulkAvailabilityResult[] }>('POST', path, { updates });
    this.count(`bulk ${status}`);
    for (const { productId, version } of body.results ?? []) {
      if (version !== undefined) this.traffic.acknowledged.push({ id: productId!, version });
    }
  }

  private availability(): string {
    return AVAILABILITIES[this.random(3)]!;
  }

  private count(answer: string): void {
    this.traffic.answers[answer] = (this.traffic.answers[answer] ?? 0) + 1;
  }
}
