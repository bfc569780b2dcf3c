import { expect } from '@jest/globals';
import type { LiveSearchOptions } from '../../src/client/index.js';
import type { Product, ProductFilters, Vendor } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';
import { createProduct, createVendor } from './builders.js';
import { delivered } from './rooms.js';
import { searchProducts } from './search-apps.js';

export type Query = ProductFilters & LiveSearchOptions;

/** Vendors and products that change at random. */
export class Market {
  changed = 0;
  private vendors: Vendor[] = [];
  private readonly products: Product[] = [];

  constructor(
    private readonly app: TestApp,
    private readonly random: (below: number) => number,
  ) {}

  async open(): Promise<void> {
    this.vendors = [
      await createVendor(this.app, { state: 'Delhi' }),
      await createVendor(this.app, { state: 'Kerala', district: 'Idukki' }),
    ];
    for (let count = 0; count < 25; count += 1) await this.create();
  }

  /** Of the second page of the cheapest. */
  async cursor(): Promise<string> {
    return (await searchProducts(this.app, 'sort=price_asc&limit=5')).page.nextCursor!;
  }

  queries(cursor: string): Query[] {
    const [{ id: first }, { id: second }] = this.vendors as [Vendor, Vendor];
    return [
      { limit: 10 },
      { limit: 4, sort: 'price_asc' },
      { limit: 5, sort: 'price_asc', cursor },
      { vendorId: first, sort: 'price_desc', limit: 6, lang: 'hi' },
      { vendorId: first, category: 'spices', availability: 'available' },
      { vendorId: second, availability: 'available', maxPrice: 50 },
      { category: 'spices', minPrice: 20, maxPrice: 60, limit: 5, sort: 'price_asc' },
      { category: 'grains', availability: 'limited', lang: 'ta' },
      { category: 'grains', maxPrice: 70, limit: 3 },
      { q: 'onion', limit: 5 },
      { q: 'aloo', vendorId: second, lang: 'hi' },
      { q: 'o', state: 'Kerala', sort: 'price_desc', limit: 5 },
      { state: 'Delhi', availability: 'out_of_stock' },
      { district: 'Idukki', minPrice: 50 },
    ];
  }

  /** Some changes at once. */
  async change(): Promise<void> {
    const some = 3 + this.random(4);
    await Promise.all(Array.from({ length: some }, () => this.one()));
    this.changed += some;
    await delivered(this.app);
  }

  private async one(): Promise<void> {
    const kind = this.random(10);
    if (kind === 0 || this.products.length < 10) return this.create();
    const at = this.random(this.products.length);
    const path = `/api/products/${this.products[at]!.id}`;
    if (kind === 1) {
      this.products.splice(at, 1);
      expect((await this.app.request('DELETE', path)).status).toBe(204);
      return;
    }
    // Another change may have deleted it.
    expect([200, 404]).toContain((await this.app.request('PATCH', path, this.updates())).status);
  }

  private updates(): object {
    const all: [string, () => unknown][] = [
      ['basePrice', () => this.random(100)],
      ['availability', () => this.availability()],
      ['category', () => this.category()],
      ['name', () => this.name()],
      ['names', () => ({ hi: this.pick(['आलू', 'प्याज', 'टमाटर']) })],
      ['unit', () => this.pick(['kg', 'quintal'])],
      ['description', () => this.pick(['fresh onion', 'old', null])],
    ];
    const count = 1 + this.random(3);
    return Object.fromEntries(
      Array.from({ length: count }, () => this.pick(all)).map(([field, value]) => [field, value()]),
    );
  }

  private async create(): Promise<void> {
    const product = await createProduct(this.app, {
      vendorId: this.pick(this.vendors).id,
      name: this.name(),
      category: this.category(),
      basePrice: this.random(100),
      availability: this.availability(),
    });
    this.products.push(product);
  }

  private readonly name = (): string => this.pick(['Onion', 'Potato', 'Okra', 'Tomato']);
  private readonly category = (): string => this.pick(['spices', 'grains', 'vegetables']);
  private readonly availability = (): string => this.pick(['available', 'limited', 'out_of_stock']);

  private pick<Value>(values: readonly Value[]): Value {
    return values[this.random(values.length)]!;
  }
}
