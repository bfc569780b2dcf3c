import type { Page, Product } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';
import { createProduct, createVendor } from './builders.js';

export interface ReadsAfterWrites {
  reads: number;
  writes: number;
  /** Answers that weren't 200, of reads and of writes. */
  failures: number;
  /** What a read lacked that was acknowledged before it began. */
  stale: string[];
}

/** Products of some vendors, and the newest version of each that was acknowledged. */
export class Shop {
  readonly acknowledged = new Map<string, number>();
  private serial = 0;

  private constructor(
    private readonly vendors: readonly string[],
    private readonly products: readonly Product[],
  ) {
    for (const { id, version } of products) this.acknowledged.set(id, version);
  }

  static async open(app: TestApp): Promise<Shop> {
    const vendors = [(await createVendor(app)).id, (await createVendor(app)).id, (await createVendor(app)).id];
    const products: Product[] = [];
    for (let number = 0; number < 24; number += 1) {
      products.push(
        await createProduct(app, {
          vendorId: vendors[number % 3],
          name: `Onion ${number}`,
          category: ['vegetables', 'fruit'][number % 2],
        }),
      );
    }
    return new Shop(vendors, products);
  }

  /** @returns whether it was acknowledged */
  async write(app: TestApp): Promise<boolean> {
    this.serial += 1;
    const product = this.products[this.serial % this.products.length]!;
    const { status, body } = await app.request<Product>('PATCH', `/api/products/${product.id}`, {
      basePrice: 100 + this.serial,
    });
    if (status !== 200) return false;
    const known = this.acknowledged.get(product.id)!;
    this.acknowledged.set(product.id, Math.max(known, body.version));
    return true;
  }

  /** @returns what the answer lacks; undefined for a failure */
  async read(app: TestApp, number: number): Promise<string[] | undefined> {
    const before = new Map(this.acknowledged);
    const product = this.products[number % this.products.length]!;
    const paths = [
      `/api/products/${product.id}`,
      `/api/products/search?vendorId=${this.vendors[number % this.vendors.length]}&limit=${20 + (number % 80)}`,
      `/api/products/search?category=fruit&sort=price_asc&limit=${20 + (number % 80)}`,
      `/api/products/search?q=onion&limit=${30 + (number % 70)}`,
    ];
    const path = paths[number % paths.length]!;
    const { status, body, headers } = await app.request<Product | Page<Product>>('GET', path);
    if (status !== 200) return undefined;
    const items = 'items' in body ? body.items : [body];
    return items
      .filter(({ id, version }) => version < before.get(id)!)
      .map((item) => `${path} ${headers.get('x-cache')} ${item.id}: ${item.version} < ${before.get(item.id)}`);
  }
}

/**
 * Clients that read and write at random instances, each request as soon as its last one was answered.
 *
 * @param pause milliseconds between a writer's writes
 */
export async function readAndWrite(
  apps: readonly TestApp[],
  shop: Shop,
  options: { readers: number; writers: number; ms: number; pause?: number },
): Promise<ReadsAfterWrites> {
  const result: ReadsAfterWrites = { reads: 0, writes: 0, failures: 0, stale: [] };
  const until = performance.now() + options.ms;
  let number = 0;
  const any = (): TestApp => apps[(number += 1) % apps.length]!;
  const reader = async (): Promise<void> => {
    while (performance.now() < until) {
      const app = any();
      const lacks = await shop.read(app, (number * 7919) >>> 2);
      result.reads += 1;
      if (lacks === undefined) result.failures += 1;
      else result.stale.push(...lacks);
    }
  };
  const writer = async (): Promise<void> => {
    while (performance.now() < until) {
      if (await shop.write(any())) result.writes += 1;
      else result.failures += 1;
      if (options.pause !== undefined) await new Promise((resolve) => setTimeout(resolve, options.pause));
    }
  };
  await Promise.all([
    ...Array.from({ length: options.readers }, reader),
    ...Array.from({ length: options.writers }, writer),
  ]);
  return result;
}

/** Reads that a replica might have answered, by how it went, over all instances since their start. */
export async function replicaReads(apps: readonly TestApp[]): Promise<Record<string, number>> {
  return replicaReadsIn(
    await Promise.all(apps.map(async (app) => (await app.request<string>('GET', '/metrics')).body)),
  );
}

/** The same of what the instances say at `/metrics`. */
export function replicaReadsIn(metrics: readonly string[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const text of metrics) {
    for (const [, result, count] of text.matchAll(/^database_replica_reads_total\{result="(\w+)"\} (\d+)$/gm)) {
      sum[result!] = (sum[result!] ?? 0) + Number(count);
    }
  }
  return sum;
}
