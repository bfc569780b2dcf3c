import type { InventoryEvent, Room } from '../contracts/index.js';
import { Backoff } from './backoff.js';
import { InventoryClientError } from './errors.js';
import { effectOf, type PageQuery } from './page-effect.js';
import type { LiveSearch, PageChange, ProductPage, RoomHandler, SubscribeOptions, Subscription } from './types.js';

export interface SearchSource {
  load(signal: AbortSignal): Promise<ProductPage>;
  subscribe(room: Room, handler: RoomHandler, options: SubscribeOptions): Subscription;
}

export interface SearchListener {
  onChange(page: ProductPage, change: PageChange): void;
  onError(error: Error): void;
}

/**
 * A page of a search, kept current: read once, then changed by the events after the position it was read at. Every
 * search that begins after an event was received includes it, since the server puts its pages out of date before it
 * notifies. So what comes while a page is under way is kept and applied to it, and one request more is enough however
 * many events ask for one.
 */
export class LiveProductSearch implements LiveSearch {
  private current: ProductPage | null = null;
  /** Came while a page was under way, which may have been read before. */
  private meanwhile: InventoryEvent[] = [];
  private loading = false;
  private outdated = false;
  private subscription: Subscription | undefined;
  private readonly closing = new AbortController();
  private readonly backoff = new Backoff();

  constructor(
    private readonly query: PageQuery,
    private readonly source: SearchSource,
    private readonly listener: SearchListener,
    private readonly closed: (search: LiveProductSearch) => void,
  ) {
    void this.load();
  }

  get page(): ProductPage | null {
    return this.current;
  }

  close(): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    this.backoff.stop();
    this.subscription?.unsubscribe();
    this.closed(this);
  }

  private refetch(): void {
    if (this.loading) this.outdated = true;
    else if (!this.backoff.waiting) void this.load();
  }

  private async load(): Promise<void> {
    const { signal } = this.closing;
    this.loading = true;
    this.outdated = false;
    this.meanwhile = [];
    try {
      const page = await this.source.load(signal);
      if (signal.aborted) return;
      this.loading = false;
      this.backoff.succeeded();
      this.loaded(page);
    } catch (error) {
      if (signal.aborted) return;
      this.loading = false;
      this.listener.onError(error as Error);
      if (!(error instanceof InventoryClientError) || error.retryable) this.backoff.retry(() => void this.load());
    }
  }

  private loaded(page: ProductPage): void {
    this.show(page, this.current ? 'refetched' : 'loaded');
    if (this.closing.signal.aborted) return;
    this.subscription ??= this.subscribe(page);
    if (this.outdated) void this.load();
    else for (const event of this.meanwhile.splice(0)) this.take(event);
  }

  private subscribe({ epoch, position }: ProductPage): Subscription {
    const handler = { onEvent: (event: InventoryEvent) => this.take(event), onGap: () => this.refetch() };
    const subscription = this.source.subscribe(roomOf(this.query), handler, { since: { epoch, position } });
    subscription.ready.catch((error: Error) => {
      if (!this.closing.signal.aborted) this.listener.onError(error);
    });
    return subscription;
  }

  private take(event: InventoryEvent): void {
    if (this.loading) {
      this.meanwhile.push(event);
      return;
    }
    const effect = effectOf(event, this.current!, this.query);
    if (effect === 'refetch') this.refetch();
    else if (effect !== 'none') this.show(effect, 'patched');
  }

  private show(page: ProductPage, reason: PageChange['reason']): void {
    this.current = page;
    this.listener.onChange(page, { reason });
  }
}

/** The narrowest room that gets every event a search depends on. */
function roomOf({ vendorId, category }: PageQuery): Room {
  if (vendorId !== undefined) return { type: 'vendor', vendorId };
  return category === undefined ? { type: 'general' } : { type: 'category', category };
}
