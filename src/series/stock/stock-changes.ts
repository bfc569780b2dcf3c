import type { InventoryEvent, Product } from '../../contracts/index.js';
import type { ProjectionContext } from '../../consumers/index.js';
import { ADD_CHANGES, DELETE_STOCK, FORGET_CHANGES, SET_SINCE, UPSERT_STOCK } from './stock-tables.sql.js';

/** A product as it is after some events. */
interface Stocked extends Pick<Product, 'id' | 'vendorId' | 'category' | 'availability'> {
  /** When its availability was set last; null if no event did. */
  since: string | null;
  /** When the first of the events occurred. */
  seen: string;
}

interface Changes {
  vendorId: string;
  category: string;
  hour: string;
  changes: number;
}

/** What events say about which products there are, and how much changes. */
export class StockChanges {
  private readonly stocked = new Map<string, Stocked>();
  private readonly deleted = new Set<string>();
  private readonly changes = new Map<string, Changes>();

  constructor(events: readonly InventoryEvent[]) {
    for (const event of events) {
      if (!event.product) continue;
      this.count(event.vendorId, event.category, event.occurredAt);
      if (event.eventType !== 'price_changed') this.keep(event.product, event);
    }
  }

  /** @param isNewHour whether older hours than those kept of it may still be there */
  async apply(sql: ProjectionContext['sql'], isNewHour: (hour: string) => boolean): Promise<void> {
    const stocked = [...this.stocked.values()];
    if (stocked.length > 0) await sql.query(UPSERT_STOCK, [JSON.stringify(stocked)]);
    const set = stocked.filter(({ since }) => since !== null);
    if (set.length > 0) await sql.query(SET_SINCE, [set.map(({ id }) => id), set.map(({ since }) => since)]);
    if (this.deleted.size > 0) await sql.query(DELETE_STOCK, [[...this.deleted]]);
    await this.addChanges([...this.changes.values()], sql);
    const newest = [...this.changes.values()]
      .map(({ hour }) => hour)
      .toSorted()
      .at(-1);
    if (newest !== undefined && isNewHour(newest)) await sql.query(FORGET_CHANGES, [newest]);
  }

  private count(vendorId: string, category: string, occurredAt: string): void {
    const hour = `${occurredAt.slice(0, 13)}:00:00.000Z`;
    const key = `${vendorId} ${category} ${hour}`;
    const known = this.changes.get(key);
    if (known) known.changes += 1;
    else this.changes.set(key, { vendorId, category, hour, changes: 1 });
  }

  private keep({ id, vendorId, category, availability }: Product, { eventType, occurredAt }: InventoryEvent): void {
    if (eventType === 'product_deleted') {
      this.stocked.delete(id);
      this.deleted.add(id);
      return;
    }
    const before = this.stocked.get(id);
    const isSet = eventType === 'product_created' || eventType === 'availability_changed';
    const since = isSet ? occurredAt : (before?.since ?? null);
    this.stocked.set(id, { id, vendorId, category, availability, since, seen: before?.seen ?? occurredAt });
  }

  private async addChanges(changes: readonly Changes[], sql: ProjectionContext['sql']): Promise<void> {
    if (changes.length === 0) return;
    const column = <Field extends keyof Changes>(field: Field): Changes[Field][] => changes.map((one) => one[field]);
    await sql.query(ADD_CHANGES, [column('vendorId'), column('category'), column('hour'), column('changes')]);
  }
}
