import { signal } from '@preact/signals';
import {
  type InventoryItem,
  type InventoryItemResult,
  InventoryClientError,
  type Product,
  type ProductPage,
  type ProductUpdates,
} from '../../../client/index.js';
import { messageOf } from '../lib/api.js';
import { PerFrame } from '../lib/per-frame.js';
import { client } from '../lib/session.js';
import { nameLanguage } from '../lib/texts.js';

/** A change that another one came before: what is there now, and what was meant. */
export interface Conflict {
  theirs: Product;
  mine: ProductUpdates;
}

/** How a change is taken back. */
interface Undo {
  /** Names of what it changed. */
  label: string;
  run: () => Promise<void>;
}

/** A vendor's products and all that is done to them here. */
export class VendorDesk {
  readonly page = signal<ProductPage | null>(null);
  readonly problem = signal<string | null>(null);
  readonly conflicts = signal<ReadonlyMap<string, Conflict>>(new Map());
  readonly undos = signal<readonly Undo[]>([]);
  readonly said = signal<string | null>(null);
  private readonly pages = new PerFrame<ProductPage>((all) => (this.page.value = all.at(-1)!), 1);
  private stop: () => void = () => undefined;

  constructor(readonly vendorId: string) {
    this.find('');
  }

  find(q: string): void {
    this.stop();
    const filters = { vendorId: this.vendorId, lang: nameLanguage.peek(), ...(q !== '' && { q }) };
    const search = client.peek().liveSearch(filters, (page) => this.pages.add(page), {
      limit: 100,
      onError: (error) => (this.problem.value = messageOf(error)),
      onStatus: (status) => {
        if (status === 'live') this.problem.value = null;
      },
    });
    this.stop = () => search.close();
  }

  close(): void {
    this.stop();
    this.pages.stop();
  }

  /** @param version that was shown when the change was begun: a later one is not overwritten */
  async change(product: Product, version: number, updates: ProductUpdates): Promise<void> {
    this.forget(product.id);
    try {
      const changed = await client.peek().products.update(product.id, updates, { ifVersion: version });
      if (changed.version === version) return;
      this.said.value = null;
      const before = Object.fromEntries(
        Object.keys(updates).map((field) => [field, product[field as keyof Product]]),
      ) as ProductUpdates;
      this.mayUndo(product.name, async () => {
        await client.peek().products.update(product.id, before, { ifVersion: changed.version });
      });
    } catch (error) {
      await this.failed(product, updates, error);
    }
  }

  forget(id: string): void {
    const conflicts = new Map(this.conflicts.peek());
    if (conflicts.delete(id)) this.conflicts.value = conflicts;
  }

  /** @returns one result for each item */
  async apply(items: readonly InventoryItem[], known: readonly Product[]): Promise<InventoryItemResult[]> {
    const results: InventoryItemResult[] = [];
    for (let from = 0; from < items.length; from += 1_000) {
      const part = items.slice(from, from + 1_000);
      results.push(...(await client.peek().vendors.setInventory(this.vendorId, part)));
    }
    const before = new Map(known.map((product) => [product.sku, product]));
    const back = results.flatMap(({ sku, status }): InventoryItem[] => {
      const old = before.get(sku);
      return status === 'updated' && old ? [{ sku, basePrice: old.basePrice, availability: old.availability }] : [];
    });
    const made = results.filter(({ status }) => status === 'created');
    if (back.length + made.length > 0) {
      this.mayUndo(`${back.length + made.length}`, async () => {
        if (back.length > 0) await client.peek().vendors.setInventory(this.vendorId, back);
        for (const { productId, version } of made) {
          if (productId !== null) await client.peek().products.delete(productId, { ifVersion: version ?? undefined });
        }
      });
    }
    return results;
  }

  async undo(): Promise<void> {
    const last = this.undos.peek().at(-1);
    if (!last) return;
    this.undos.value = this.undos.peek().slice(0, -1);
    try {
      await last.run();
      this.said.value = null;
    } catch (error) {
      this.said.value = messageOf(error);
    }
  }

  private mayUndo(label: string, run: () => Promise<void>): void {
    this.undos.value = [...this.undos.peek(), { label, run }].slice(-20);
  }

  private async failed(product: Product, mine: ProductUpdates, error: unknown): Promise<void> {
    if (!(error instanceof InventoryClientError) || error.code !== 'version_mismatch') {
      this.said.value = messageOf(error);
      return;
    }
    const theirs = await client
      .peek()
      .products.get(product.id)
      .catch(() => undefined);
    if (theirs) this.conflicts.value = new Map(this.conflicts.peek()).set(product.id, { theirs, mine });
    else this.said.value = messageOf(error);
  }
}
