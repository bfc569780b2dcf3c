import type { Product } from '../contracts/index.js';
import type { PageQuery } from './page-effect.js';
import type { InventoryEvent, ProductPage } from './types.js';

/**
 * Milliseconds until what an event taught counts. Another event of the same write may say more, and a page may be newer
 * than the events received so far: then the event that took the product out of its bounds is still to come.
 */
const SETTLES = 2_000;
/** Milliseconds until it is to be learnt again. */
const FORGOTTEN = 60_000;

interface Lesson {
  productId: string;
  /** On `performance.now()`'s clock. */
  at: number;
}

/**
 * Products that a search doesn't find though all that the client can judge fits. Whether the words of a search match a
 * product, across scripts and by the glossary, only the server can tell, and whether a vendor is of a state; but all
 * products with the same texts (and vendor) match, or none. So a product that stays within the page's bounds and isn't
 * on the page teaches that of all products with its texts.
 */
export class UnmatchedTexts {
  private readonly lessons = new Map<string, Lesson>();
  /** Products that the page is to be asked for again because of. */
  private readonly doubted = new Set<string>();

  constructor(private readonly query: PageQuery) {}

  /** What was known may be wrong without an event that says so, such as with the glossary of a new server. */
  clear(): void {
    this.lessons.clear();
  }

  /** The page is being asked for. */
  asking(): void {
    this.doubted.clear();
  }

  pageIsNew({ items }: ProductPage): void {
    for (const item of items) this.lessons.delete(this.keyOf(item));
  }

  /** A product was within the bounds of the page before this event, is after it, and isn't on the page. */
  learn({ productId, product }: InventoryEvent): void {
    const { q, state, district } = this.query;
    const judgedByServer = q !== undefined || state !== undefined || district !== undefined;
    if (!judgedByServer || this.doubted.has(productId)) return;
    const key = this.keyOf(product);
    const lesson = this.lessons.get(key);
    if (lesson && ageOf(lesson) <= FORGOTTEN) return;
    this.lessons.set(key, { productId, at: performance.now() });
  }

  /** A product came or went: that it isn't on the page may be because of this. */
  unlearn({ productId, product }: InventoryEvent): void {
    const key = this.keyOf(product);
    const lesson = this.lessons.get(key);
    if (lesson?.productId === productId && ageOf(lesson) < SETTLES) this.lessons.delete(key);
  }

  /** Whether a product that came within the bounds may be found; remembers that it may. */
  mayMatch({ productId, product }: InventoryEvent): boolean {
    const lesson = this.lessons.get(this.keyOf(product));
    const age = lesson ? ageOf(lesson) : 0;
    if (age >= SETTLES && age <= FORGOTTEN) return false;
    this.doubted.add(productId);
    return true;
  }

  private keyOf({ name, names, description, category, vendorId }: Product): string {
    const { q, state, district } = this.query;
    const texts = q === undefined ? [] : [name, names, description, category];
    return JSON.stringify(state === undefined && district === undefined ? texts : [...texts, vendorId]);
  }
}

const ageOf = ({ at }: Lesson): number => performance.now() - at;
