import { signal } from '@preact/signals';
import type { InventoryEvent, MarketPrice, Named, Product, Vendor } from '../../../client/index.js';
import type { AuditedEvent } from '../../../contracts/index.js';
import { get, messageOf } from '../lib/api.js';
import { PerFrame } from '../lib/per-frame.js';
import { client, isAdmin } from '../lib/session.js';
import { nameLanguage } from '../lib/texts.js';

/** Events that are shown at most: the last ones. */
const MOST_EVENTS = 2_000;
const PAGE = 500;

/** What is known of one product, and follows what happens to it. */
export class ProductLife {
  readonly product = signal<Named<Product> | null>(null);
  readonly vendor = signal<Named<Vendor> | null>(null);
  /** In the order in which they happened. */
  readonly events = signal<readonly InventoryEvent[]>([]);
  readonly prices = signal<readonly MarketPrice[]>([]);
  /** Of events, by their ids, as far as admins are told: whose change it was. */
  readonly actors = signal<ReadonlyMap<string, AuditedEvent>>(new Map());
  readonly problem = signal<string | null>(null);
  private readonly ending = new AbortController();
  private readonly news = new PerFrame<InventoryEvent>((events) => this.take(events));
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly id: string) {
    void this.load();
  }

  close(): void {
    this.ending.abort();
    this.unsubscribe?.();
    this.news.stop();
  }

  private async load(): Promise<void> {
    const { signal } = this.ending;
    const { products, vendors } = client.peek();
    const lang = nameLanguage.peek();
    try {
      const product = await products.get(this.id, { lang, signal });
      this.product.value = product;
      const events = await this.history(signal);
      this.events.value = events;
      this.follow(product, events.at(-1));
      this.vendor.value = await vendors.get(product.vendorId, { lang, signal });
      if (isAdmin.peek()) await this.readActors(signal);
      this.prices.value = (await products.prices(this.id, { limit: 366, signal })).items;
    } catch (error) {
      if (!signal.aborted) this.problem.value = messageOf(error);
    }
  }

  /** The newest ones. */
  private async readActors(signal: AbortSignal): Promise<void> {
    const { items } = await get<{ items: AuditedEvent[] }>('/api/audit', { productId: this.id, limit: 100 }, signal);
    this.actors.value = new Map(items.map((event) => [event.eventId, event]));
  }

  private async history(signal: AbortSignal): Promise<InventoryEvent[]> {
    const { products } = client.peek();
    let events: InventoryEvent[] = [];
    let after = 0;
    for (;;) {
      const page = await products.history(this.id, { after, limit: PAGE, signal });
      events = [...events, ...page.events].slice(-MOST_EVENTS);
      if (page.events.length === 0 || page.nextAfter === after) return events;
      after = page.nextAfter;
    }
  }

  private follow({ vendorId }: Product, last: InventoryEvent | undefined): void {
    if (this.ending.signal.aborted) return;
    const handler = (event: InventoryEvent): void => {
      if (event.productId === this.id) this.news.add(event);
    };
    const since = last && { since: { epoch: last.epoch, position: last.position } };
    const subscription = client.peek().subscribe({ type: 'vendor', vendorId }, handler, since);
    subscription.ready.catch(() => undefined); // The connection shows it.
    this.unsubscribe = () => subscription.unsubscribe();
  }

  private take(events: InventoryEvent[]): void {
    const last = this.events.peek().at(-1)?.position ?? 0;
    const fresh = events.filter(({ position }) => position > last);
    if (fresh.length === 0) return;
    this.events.value = [...this.events.peek(), ...fresh].slice(-MOST_EVENTS);
    const product = fresh.at(-1)!.product;
    if (product) this.product.value = product;
  }
}
