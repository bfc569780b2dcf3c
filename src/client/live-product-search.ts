import type { Room } from '../contracts/index.js';
import { Backoff } from './backoff.js';
import { InventoryClientError } from './errors.js';
import { Pace } from './pace.js';
import { effectOf, type PageQuery } from './page-effect.js';
import { same } from './same.js';
import type {
  InventoryEvent,
  LiveSearch,
  LiveSearchStatus,
  PageChange,
  ProductPage,
  RoomHandler,
  SubscribeOptions,
  Subscription,
} from './types.js';
import { UnmatchedTexts } from './unmatched-texts.js';

export interface SearchSource {
  load(signal: AbortSignal): Promise<ProductPage>;
  subscribe(room: Room, handler: RoomHandler, options: SubscribeOptions): Subscription;
}

export interface SearchListener {
  onChange(page: ProductPage, change: PageChange): void;
  onStatus(status: LiveSearchStatus): void;
  onError(error: Error): void;
}

/**
 * A page of a search, kept current: read once, then changed by the events after the position it was read at. Every
 * search that begins after an event was received includes it, since the server puts its pages out of date before it
 * notifies. So what comes while a page is under way is kept and applied to it, and one request more is enough however
 * many events ask for one. That one waits until `interval` after the one before has begun.
 */
export class LiveProductSearch implements LiveSearch {
  /** As it was shown last; `current` may be a newer one of the same content. */
  private shown: ProductPage | null = null;
  private current: ProductPage | null = null;
  /** Came while a page was under way, which may have been read before. */
  private meanwhile: InventoryEvent[] = [];
  private loading = false;
  private outdated = false;
  private following = false;
  private failing = false;
  private refused = false;
  private told: LiveSearchStatus = 'loading';
  private subscription: Subscription | undefined;
  private readonly closing = new AbortController();
  private readonly backoff = new Backoff();
  private readonly rooms = new Backoff();
  private readonly pace: Pace;
  private readonly unmatched: UnmatchedTexts;

  /** @param interval milliseconds between two requests, at least */
  constructor(
    private readonly query: PageQuery,
    interval: number,
    private readonly source: SearchSource,
    private readonly listener: SearchListener,
    private readonly closed: (search: LiveProductSearch) => void,
  ) {
    this.pace = new Pace(interval);
    this.unmatched = new UnmatchedTexts(query);
    void this.load();
  }

  get page(): ProductPage | null {
    return this.shown;
  }

  get status(): LiveSearchStatus {
    if (this.refused) return 'refused';
    if (this.failing) return 'stale';
    if (this.shown === null) return 'loading';
    return this.following ? 'live' : 'stale';
  }

  close(): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    this.stop();
    this.closed(this);
  }

  private stop(): void {
    for (const timers of [this.backoff, this.rooms, this.pace]) timers.stop();
    const { subscription } = this;
    this.subscription = undefined;
    subscription?.unsubscribe();
  }

  private refetch(): void {
    if (this.loading) this.outdated = true;
    else if (!this.backoff.waiting) this.pace.next(() => void this.load());
  }

  private async load(): Promise<void> {
    const { signal } = this.closing;
    this.pace.begin();
    this.loading = true;
    this.outdated = false;
    this.meanwhile = [];
    this.unmatched.asking();
    try {
      const page = await this.source.load(signal);
      if (signal.aborted) return;
      this.loading = false;
      this.failing = false;
      this.backoff.succeeded();
      this.loaded(page);
    } catch (error) {
      if (signal.aborted) return;
      this.loading = false;
      this.failed(error as Error);
    }
    this.tell();
  }

  /** Only a refused query is never asked again: whatever else went wrong may pass. */
  private failed(error: Error): void {
    this.failing = true;
    this.refused = error instanceof InventoryClientError && error.status === 400;
    if (this.refused) this.stop();
    else this.backoff.retry(() => void this.load(), error instanceof InventoryClientError ? error.retryAfter : 0);
    this.listener.onError(error);
  }

  private loaded(page: ProductPage): void {
    // What it finds now is by other words: what wasn't found by those may be.
    if (this.current && !same(page.interpretation, this.current.interpretation)) this.unmatched.clear();
    this.current = page;
    this.unmatched.pageIsNew(page);
    if (!showsTheSame(page, this.shown)) this.show(page, this.shown ? 'refetched' : 'loaded');
    if (this.closing.signal.aborted) return;
    this.subscription ??= this.subscribe(page);
    if (this.outdated) this.refetch();
    for (const event of this.meanwhile.splice(0)) this.take(event);
  }

  private subscribe({ epoch, position }: ProductPage): Subscription {
    const subscription = this.source.subscribe(
      roomOf(this.query),
      {
        onEvent: (event) => this.take(event),
        onGap: () => {
          this.unmatched.clear();
          this.refetch();
        },
        onStatus: (status) => {
          this.following = status === 'live';
          if (this.following) this.rooms.succeeded();
          else this.unmatched.retire();
          this.tell();
        },
      },
      { since: { epoch, position } },
    );
    subscription.ready.catch((error: Error) => {
      if (this.closing.signal.aborted || this.subscription !== subscription) return;
      // A client may have 100 rooms: there may be place for another one later.
      this.subscription = undefined;
      this.rooms.retry(() => this.refetch());
      this.listener.onError(error);
    });
    return subscription;
  }

  private take(event: InventoryEvent): void {
    if (this.loading) {
      this.meanwhile.push(event);
      return;
    }
    const effect = effectOf(event, this.current!, this.query, this.unmatched);
    if (effect === 'refetch') this.refetch();
    else if (effect !== 'none') this.show((this.current = effect), 'patched');
  }

  private show(page: ProductPage, reason: PageChange['reason']): void {
    this.shown = page;
    this.listener.onChange(page, { reason });
  }

  private tell(): void {
    const { status } = this;
    if (status === this.told || this.closing.signal.aborted) return;
    this.told = status;
    this.listener.onStatus(status);
  }
}

/** Everything but the position it was read at. */
const showsTheSame = (page: ProductPage, shown: ProductPage | null): boolean =>
  shown !== null &&
  same(page.items, shown.items) &&
  page.nextCursor === shown.nextCursor &&
  same(page.interpretation, shown.interpretation) &&
  same(page.facets, shown.facets);

/** The narrowest room that gets every event a search depends on. */
function roomOf({ vendorId, category }: PageQuery): Room {
  if (vendorId !== undefined) return { type: 'vendor', vendorId };
  return category === undefined ? { type: 'general' } : { type: 'category', category };
}
