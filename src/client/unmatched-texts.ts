import { type Product, SEARCHED_FIELDS } from '../contracts/index.js';
import { areCertain, boundsOf, fits, type PageBounds } from './page-bounds.js';
import type { PageQuery } from './page-effect.js';
import type { ProductEvent, ProductPage } from './types.js';

/** Milliseconds that a page teaches of vendors, counted from its request: a move is sent to the vendor's room only. */
const FORGOTTEN = 60_000;
const MOST_LESSONS = 500;
const MOST_WITNESSES = 8;
const MOST_PENDING = 1_000;

/** A product that was within the bounds of a page when it was read, and wasn't on it. */
interface Witness {
  bounds: PageBounds;
  /** Log position of the page; infinite once the lesson no longer counts. */
  position: number;
  /** When the page was asked for, on `performance.now()`'s clock. */
  at: number;
}

interface Lesson {
  /** By product. */
  witnesses: Map<string, Witness>;
  /** Whether a product has been left out because of it since the page was last asked for. */
  used: boolean;
}

/**
 * Texts that a search doesn't find. Whether its words match a product, across scripts and by the glossary, only the
 * server can tell, and whether a vendor is of a state; but all products with the same texts (and vendor) match, or
 * none. So a product within the bounds of a page that isn't on the page is a witness against its texts.
 *
 * Exact by log positions. A page shows everything up to its position, and perhaps changes that are committed and have
 * no position yet. So a lesson counts for events behind the page's position only, when all events up to there have been
 * seen, and a later event that takes the witness out of those bounds, or changes its texts, makes it void: the page may
 * have shown that already. If that was the last witness of a lesson that has been used, the page is asked for again.
 * Thus once all events are delivered, no product is left out wrongly.
 */
export class UnmatchedTexts {
  private readonly lessons = new Map<string, Lesson>();
  /** The texts that a product is a witness against. */
  private readonly keys = new Map<string, string>();
  /** The events by which products came within the bounds, and which no page includes by its position so far. */
  private readonly pending = new Map<string, ProductEvent>();
  private askedAt = 0;
  /** Whether the page teaches anything, and whether the one under way will. */
  private teaches = false;
  private willTeach = false;

  constructor(private readonly query: PageQuery) {}

  /** Events have been missed. The page has to be asked for. */
  clear(): void {
    this.lessons.clear();
    this.keys.clear();
    this.pending.clear();
    this.teaches = this.willTeach = false;
  }

  /** The connection is lost: the next server may know other words. Lessons stay only to be made void. */
  retire(): void {
    for (const [key, { used, witnesses }] of this.lessons) {
      if (!used) this.forget(key);
      else for (const witness of witnesses.values()) witness.position = Number.POSITIVE_INFINITY;
    }
    this.teaches = this.willTeach = false;
  }

  /** The page is being asked for: it will show all that was left out wrongly. */
  asking(): void {
    this.askedAt = performance.now();
    this.willTeach = true;
    for (const lesson of this.lessons.values()) lesson.used = false;
  }

  pageIsNew(page: ProductPage): void {
    this.teaches = this.willTeach;
    for (const item of page.items) {
      this.forget(this.keyOf(item));
      this.pending.delete(item.id);
    }
    for (const [productId, event] of this.pending) {
      // A page from a cache may be older than what it was asked for.
      if (event.epoch === page.epoch && event.position > page.position) continue;
      this.pending.delete(productId);
      if (event.epoch === page.epoch) this.learn(event, page);
    }
  }

  /**
   * To be called with every event, before anything else is asked about it.
   *
   * @returns whether products may have been left out wrongly
   */
  see({ eventType, productId, product }: ProductEvent): boolean {
    const key = this.keys.get(productId);
    const lesson = key === undefined ? undefined : this.lessons.get(key);
    const witness = lesson?.witnesses.get(productId);
    if (key === undefined || !lesson || !witness) return false;
    const stays = eventType !== 'product_deleted' && this.keyOf(product) === key;
    if (stays && fits(product, witness.bounds, this.query)) return false;
    return this.void(productId);
  }

  /** A product isn't on the page, and was within its bounds when it was read, for all that is known. */
  learn(event: ProductEvent, page: ProductPage): void {
    const { query } = this;
    const { productId, product } = event;
    const bounds = boundsOf(page);
    if (this.pending.has(productId)) {
      this.pending.set(productId, event);
      return;
    }
    if (!this.teaches || !this.isJudgedByServer()) return;
    if (!areCertain(bounds, query) || !fits(product, bounds, query)) return;
    const key = this.keyOf(product);
    const lesson = this.lessons.get(key) ?? this.begin(key);
    if (!lesson) return;
    const { witnesses } = lesson;
    witnesses.delete(productId);
    const [oldest] = witnesses.keys();
    if (oldest !== undefined && witnesses.size >= MOST_WITNESSES) {
      witnesses.delete(oldest);
      this.keys.delete(oldest);
    }
    witnesses.set(productId, { bounds, position: page.position, at: this.askedAt });
    this.keys.set(productId, key);
  }

  /** A product has gone. */
  left({ productId }: ProductEvent): void {
    this.pending.delete(productId);
  }

  /**
   * A product came within the bounds after the page was read, or is called otherwise: whether the page is
   * to be asked for.
   */
  mayMatch(event: ProductEvent): boolean {
    if (!this.isJudgedByServer()) return true;
    const wasUsed = this.void(event.productId);
    this.pending.set(event.productId, event);
    if (this.pending.size > MOST_PENDING) {
      this.pending.clear();
      // A page that is asked for from now on includes them.
      this.teaches = this.willTeach = false;
    }
    const lesson = this.lessons.get(this.keyOf(event.product));
    if (!lesson || ![...lesson.witnesses.values()].some((witness) => this.counts(witness, event))) return true;
    lesson.used = true;
    return wasUsed;
  }

  private counts({ position, at }: Witness, event: ProductEvent): boolean {
    return event.position > position && (!this.isOfVendors() || performance.now() - at <= FORGOTTEN);
  }

  /** @returns whether a lesson that has been used rested on this product alone */
  private void(productId: string): boolean {
    const key = this.keys.get(productId);
    const lesson = key === undefined ? undefined : this.lessons.get(key);
    if (key === undefined || !lesson) return false;
    this.keys.delete(productId);
    lesson.witnesses.delete(productId);
    if (lesson.witnesses.size > 0) return false;
    this.lessons.delete(key);
    return lesson.used;
  }

  /** Undefined if there are too many that are in use. */
  private begin(key: string): Lesson | undefined {
    if (this.lessons.size >= MOST_LESSONS) {
      const unused = [...this.lessons].find(([, { used }]) => !used);
      if (!unused) return undefined;
      this.forget(unused[0]);
    }
    const lesson: Lesson = { witnesses: new Map(), used: false };
    this.lessons.set(key, lesson);
    return lesson;
  }

  private forget(key: string): void {
    for (const productId of this.lessons.get(key)?.witnesses.keys() ?? []) this.keys.delete(productId);
    this.lessons.delete(key);
  }

  private isOfVendors(): boolean {
    return (this.query.state ?? this.query.district ?? this.query.market) !== undefined;
  }

  private isJudgedByServer(): boolean {
    return this.query.q !== undefined || this.isOfVendors();
  }

  private keyOf(product: Product): string {
    const texts = this.query.q === undefined ? [] : SEARCHED_FIELDS.map((field) => product[field]);
    return JSON.stringify(this.isOfVendors() ? [...texts, product.vendorId] : texts);
  }
}
