import type { InventoryEvent, Product, Vendor } from '../../../contracts/index.js';

/** The version that is current before some events. */
export interface CurrentVersion<State> {
  id: string;
  version: number;
  /** Position since when. */
  from: number;
  /** Known if it was asked for, or comes from the events. */
  state: State | null;
}

export interface FoldedVersion<State> {
  /** First position, and the first one that it is no longer of; null: it is current. */
  from: number;
  to: number | null;
  state: State;
}

/** Versions that events bring about, and those from before that end. */
export class VersionFold<State extends { id: string; version: number }> {
  readonly versions: FoldedVersion<State>[] = [];
  readonly ended: { id: string; from: number; at: number }[] = [];
  private readonly open = new Map<string, FoldedVersion<State>>();
  private readonly current: Map<string, CurrentVersion<State>>;

  constructor(current: readonly CurrentVersion<State>[]) {
    this.current = new Map(current.map((one) => [one.id, one]));
  }

  stateOf(id: string): State | undefined {
    return this.open.get(id)?.state ?? this.current.get(id)?.state ?? undefined;
  }

  isKnown(id: string): boolean {
    return this.open.has(id) || this.current.has(id);
  }

  /** Events of one change have the same version and state: the first of them counts. */
  begin(state: State, position: number): void {
    const version = this.open.get(state.id)?.state.version ?? this.current.get(state.id)?.version;
    if (version === state.version) return;
    this.end(state.id, position);
    const begun = { from: position, to: null, state };
    this.open.set(state.id, begun);
    this.versions.push(begun);
  }

  end(id: string, at: number): void {
    const open = this.open.get(id);
    const current = this.current.get(id);
    if (open) open.to = at;
    else if (current) this.ended.push({ id, from: current.from, at });
    this.open.delete(id);
    this.current.delete(id);
  }
}

/** What an event does to its product. */
export function foldProduct(fold: VersionFold<Product>, event: InventoryEvent): void {
  const { eventType, position } = event;
  if (eventType === 'product_deleted') return fold.end(event.productId, position);
  if (event.product) return fold.begin(event.product, position);
  if (eventType !== 'price_recorded' || event.changes.length === 0) return;
  const before = fold.stateOf(event.productId);
  if (!before) return;
  const changed = Object.fromEntries(event.changes.map(({ field, newValue }) => [field, newValue]));
  fold.begin({ ...before, ...changed, version: event.version, updatedAt: event.occurredAt }, position);
}

/** The first that is known of a vendor that was there before vendors had events holds from the beginning on. */
export function foldVendor(fold: VersionFold<Vendor>, { vendor, eventType, position }: InventoryEvent): void {
  if (!vendor) return;
  const isOld = eventType === 'vendor_updated' && !fold.isKnown(vendor.id);
  fold.begin(vendor, isOld ? 0 : position);
}
