import type { AcknowledgedChange } from '../../events/index.js';

/** What all instances look for. */
export interface SampledChange {
  productId: string;
  vendorId: string;
  category: string;
  /** The one that has been acknowledged. */
  version: number;
  /** Its event, and milliseconds since the acknowledgement; instances of the version before don't tell. */
  eventId?: string;
  age?: number;
}

/** Undefined for what no page shows: changes of vendors, deletions. */
export function sampled({ event, at }: AcknowledgedChange): SampledChange | undefined {
  const { eventId, eventType, product } = event;
  if (!product || eventType === 'product_deleted') return undefined;
  const { id: productId, vendorId, category, version } = product;
  return { productId, vendorId, category, version, eventId, age: Math.round(performance.now() - at) };
}

/** As an instance has sent it; undefined for what is of another log, and for anything else. */
export function parseSample(text: string, ownEpoch: string): SampledChange | undefined {
  try {
    const { epoch, productId, vendorId, category, version, eventId, age } = JSON.parse(text) as Record<string, unknown>;
    const isText = [productId, vendorId, category].every((one) => typeof one === 'string');
    if (epoch !== ownEpoch || !isText || !Number.isSafeInteger(version)) return undefined;
    const hasEvent = typeof eventId === 'string' && typeof age === 'number' && age >= 0;
    return { productId, vendorId, category, version, ...(hasEvent && { eventId, age }) } as SampledChange;
  } catch {
    return undefined;
  }
}

/**
 * Searches that show the product, newest first. Each was asked for the change before of the same vendor or category, so
 * that its page is likely to be cached; that is what is put to the test.
 */
export function searchesOf({ vendorId, category }: SampledChange): string[] {
  const ask = (filter: Record<string, string>): string =>
    `/api/products/search?${new URLSearchParams({ ...filter, sort: 'newest', limit: '20' }).toString()}`;
  return [ask({ vendorId }), ask({ category }), ask({ vendorId, category })];
}

interface Shown {
  id: string;
  version: number;
}

/** `absent`: others have changed since, or it has moved; no page promises to show it. */
export type Verdict = 'shown' | 'absent' | 'stale';

export function verdictOf({ productId, version }: SampledChange, items: readonly Shown[]): Verdict {
  const found = items.find(({ id }) => id === productId);
  if (!found) return 'absent';
  return found.version >= version ? 'shown' : 'stale';
}
