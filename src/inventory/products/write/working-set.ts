import type { NewInventoryEvent, Product } from '../../../contracts/index.js';
import { KnownReports } from '../prices/known-reports.js';
import type { CommittedEvents } from '../../../events/index.js';

/** One product within a batch: how it was found, how it is after the commands so far, and the events of the way. */
export interface Draft {
  id: string;
  /** As it is stored; null if the batch creates it. */
  stored: Product | null;
  /** As it will be; null if the batch deletes it. */
  current: Product | null;
  events: NewInventoryEvent[];
}

/** The products a batch of commands works on, in memory, found by id or by vendor and sku. */
export class WorkingSet {
  private readonly drafts = new Map<string, Draft>();
  /** Made when a command first asks for it. */
  private bySku: Map<string, Draft> | undefined;

  constructor(
    stored: Iterable<Product>,
    private readonly vendorIds: ReadonlySet<string>,
    /** Of the products that the batch has reports of. */
    readonly reports: KnownReports = new KnownReports([]),
  ) {
    for (const product of stored) {
      // Found twice when one command names it by id and another one by sku.
      if (!this.drafts.has(product.id)) this.add({ id: product.id, stored: product, current: product, events: [] });
    }
  }

  hasVendor(id: string): boolean {
    return this.vendorIds.has(id);
  }

  byId(id: string): Draft | undefined {
    return this.drafts.get(id);
  }

  byVendorAndSku(vendorId: string, sku: string): Draft | undefined {
    const draft = this.lastWithSku(vendorId, sku);
    return draft?.current?.sku === sku ? draft : undefined;
  }

  /** The same, or the one that had the sku until the batch deleted or renamed it. */
  lastWithSku(vendorId: string, sku: string): Draft | undefined {
    this.bySku ??= new Map([...this.drafts.values()].map((draft) => [skuKeyOf(draft), draft]));
    return this.bySku.get(skuKey(vendorId, sku));
  }

  create(product: Product): Draft {
    return this.add({ id: product.id, stored: null, current: product, events: [] });
  }

  changed(): Draft[] {
    return [...this.drafts.values()].filter(({ events }) => events.length > 0);
  }

  private add(draft: Draft): Draft {
    this.drafts.set(draft.id, draft);
    this.bySku?.set(skuKeyOf(draft), draft);
    return draft;
  }
}

function skuKeyOf({ stored, current }: Draft): string {
  const { vendorId, sku } = (stored ?? current)!;
  return skuKey(vendorId, sku);
}

function skuKey(vendorId: string, sku: string): string {
  return `${vendorId} ${sku}`;
}

/** What of a working set has been committed. */
export interface Committed extends CommittedEvents {
  /** Ids of the products. */
  committed: ReadonlySet<string>;
}

/** The events of the drafts that have been committed. */
export function eventsOf(drafts: readonly Draft[], committed: ReadonlySet<string>): NewInventoryEvent[] {
  return drafts.filter(({ id }) => committed.has(id)).flatMap(({ events }) => events);
}
