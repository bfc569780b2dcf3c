import type { Product } from '../../../src/contracts/index.js';

/** What a writer was told: the product as it stands after its write. */
export type Acknowledged = Pick<Product, 'id' | 'version'> & Partial<Pick<Product, 'basePrice' | 'availability'>>;

/** A search that did not show what had been acknowledged before it was asked. */
export interface StaleRead {
  instance: string;
  path: string;
  cache: string;
  productId: string;
  seen: number;
  acknowledged: number;
  /** Milliseconds from the first acknowledgement that it misses to the request. */
  age: number;
  /** Which instance gave that, and how many milliseconds after it was asked. */
  writer: string;
  took: number;
}

interface KnownVersion {
  version: number;
  at: number;
  writer: string;
  took: number;
}

/** All that the clients of one load were told, and when. */
export class Journal {
  readonly acknowledged: Acknowledged[] = [];
  /** Products whose deletion was acknowledged. */
  readonly deleted: string[] = [];
  readonly stale: StaleRead[] = [];
  /** Answers that no fault excuses, such as a 500. */
  readonly wrong: string[] = [];
  /** How often each outcome came. */
  readonly counts: Record<string, number> = {};
  /** Prices that were sent out and neither acknowledged nor refused: they may be in the log or not. */
  readonly unknownPrices = new Set<number>();
  readonly refusedPrices = new Set<number>();
  /** Sent more than once, so they may be in the log more than once. */
  readonly retriedPrices = new Set<number>();
  /** The longest that anybody waited for an answer, in milliseconds. */
  longestWait = 0;
  private price = 0;
  /** By product: its acknowledged versions in the order in which each was the newest, and when it was told. */
  private readonly versions = new Map<string, KnownVersion[]>();

  /** Never given twice. */
  nextPrice(): number {
    this.price += 1;
    return this.price / 100;
  }

  count(outcome: string): void {
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
  }

  /** @param writer the instance that did. @param took milliseconds */
  acknowledge(write: Acknowledged, writer = '', took = 0): void {
    this.acknowledged.push(write);
    const history = this.versions.get(write.id) ?? [];
    const { version } = write;
    if (version > (history.at(-1)?.version ?? 0)) history.push({ version, at: performance.now(), writer, took });
    this.versions.set(write.id, history);
  }

  /** The newest acknowledged version of each of these products, as of now. */
  newest(ids: readonly string[]): Map<string, number> {
    return new Map(ids.map((id) => [id, this.versions.get(id)?.at(-1)?.version ?? 0]));
  }

  /** The first acknowledgement of a version after `seen`. */
  acknowledgedAfter(productId: string, seen: number): KnownVersion {
    return this.versions.get(productId)!.find(({ version }) => version > seen)!;
  }
}
