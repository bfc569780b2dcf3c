import type { NewInventoryEvent } from '../../src/contracts/index.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { type Catalogue, ORIGIN } from './catalogue.js';
import { Model, type Query } from './model.js';
import { DeleteByPattern, Oracle, type Policy, sameItems, ScopeTokens } from './policies.js';
import { randomOf, zipf } from './random.js';
import { nextUpdate, queries } from './workload.js';

const QUERIES = 2_500;
const READS_PER_SECOND = 2_000;
const WARM_UP_SECONDS = 6;
const MEASURED_SECONDS = 14;

export interface HitRatio {
  updatesPerSecond: number;
  policy: string;
  hitRatio: number;
  stalePages: number;
  reads: number;
}

/** One run at one rate of updates: every policy sees the same reads and the same changes in the same order. */
export async function measure(catalogue: Catalogue, updatesPerSecond: number): Promise<HitRatio[]> {
  const random = randomOf(20_260_101);
  const model = new Model(catalogue);
  const mix = queries(catalogue, QUERIES, random);
  const draw = zipf(mix.length, random);
  const policies: Policy[] = [new ScopeTokens(), new DeleteByPattern(), new Oracle()];
  const counts = policies.map(() => ({ hits: 0, stale: 0, reads: 0 }));
  const seconds = WARM_UP_SECONDS + MEASURED_SECONDS;
  let due = 0;
  for (let read = 0; read < seconds * READS_PER_SECOND; read += 1) {
    const now = (read / READS_PER_SECOND) * 1_000;
    if (read % READS_PER_SECOND === 0) for (const policy of policies) await policy.tick(now);
    for (due += updatesPerSecond / READS_PER_SECOND; due >= 1; due -= 1) {
      const events = update(model, random);
      for (const policy of policies) await policy.changed(events);
    }
    await readOnce(model, mix[draw()]!, policies, now >= WARM_UP_SECONDS * 1_000 ? counts : undefined);
  }
  return policies.map(({ name }, index) => {
    const { hits, stale, reads } = counts[index]!;
    return { updatesPerSecond, policy: name, hitRatio: hits / reads, stalePages: stale, reads };
  });
}

async function readOnce(
  model: Model,
  query: Query,
  policies: readonly Policy[],
  counts: { hits: number; stale: number; reads: number }[] | undefined,
): Promise<void> {
  const truth = model.load(query);
  for (const [index, policy] of policies.entries()) {
    const { hit, items } = await policy.read(query, () => truth);
    const count = counts?.[index];
    if (!count) continue;
    count.reads += 1;
    if (hit) count.hits += 1;
    if (!sameItems(items, truth.page.items)) count.stale += 1;
  }
}

/**
 * Applies one change by the product's own rules; a deleted product comes back, as a creation, with a later deletion.
 */
function update(model: Model, random: () => number): NewInventoryEvent[] {
  const command = nextUpdate(model.products, random);
  if (command.kind !== 'update' && command.kind !== 'delete') return [];
  const index = model.products.findIndex(({ id }) => id === command.id);
  const product = model.products[index]!;
  const at = { region: '', occurredAt: product.updatedAt, marketDay: product.pricedOn };
  if (product.version < 0) {
    const back = { ...product, version: 1 - product.version };
    model.products[index] = back;
    return [
      {
        ...at,
        ...ORIGIN,
        observation: null,
        eventId: '',
        eventType: 'product_created',
        productId: back.id,
        vendorId: back.vendorId,
        category: back.category,
        version: back.version,
        changes: [],
        product: back,
      },
    ];
  }
  const set = new WorkingSet([product], new Set());
  decide(command, set, { ...at, origin: ORIGIN });
  const [draft] = set.changed();
  if (!draft) return [];
  // A negative version marks a product as gone; the model leaves it out.
  model.products[index] = draft.current ?? { ...product, version: -product.version };
  return draft.events;
}
