import { Manager, type Socket } from 'socket.io-client';
import {
  EXCEPTION,
  type ExceptionMessage,
  NAMESPACE,
  NOTIFICATION,
  type PriceSeries,
  type ProductFilters,
  type Room,
  SERIES_SUBSCRIBED,
  SERIES_UPDATED,
  type SeriesSubscriptionConfirmed,
  type SeriesUpdated,
  SUBSCRIBE,
  SUBSCRIBE_SERIES,
  SUBSCRIBED,
  type SubscriptionConfirmed,
  UNSUBSCRIBE,
  UNSUBSCRIBE_SERIES,
} from '../contracts/index.js';
import { Backoff } from './backoff.js';
import { Consumption } from './consumption.js';
import { Emitter, type Listener } from './emitter.js';
import { closed, errorOf } from './errors.js';
import { HttpClient } from './http.js';
import { LiveProductSearch } from './live-product-search.js';
import { LiveSeries } from './live-series.js';
import { RoomListener } from './room-listener.js';
import { Products } from './products.js';
import { RecentEvents } from './recent-events.js';
import { RoomFeed, type Transport } from './room-feed.js';
import { keyOf } from './rooms.js';
import { Tokens } from './tokens.js';
import type {
  ClientEvents,
  ConsumedEvent,
  ConsumeOptions,
  Consuming,
  InventoryClientOptions,
  InventoryEvent,
  LiveSearch,
  LiveSearchOptions,
  LiveSeriesFilter,
  LiveSeriesHandle,
  LiveSeriesOptions,
  PageChange,
  ProductPage,
  RoomHandler,
  SeriesChange,
  SubscribeOptions,
  Subscription,
} from './types.js';
import { Vendors } from './vendors.js';

/** Milliseconds between two requests of a live search. */
const INTERVAL = 1_000;

/** Connects to a server; nothing is thrown while it is out of reach. */
export function createInventoryClient(options: InventoryClientOptions): InventoryClient {
  return new InventoryClient(options);
}

/** One connection to a server, any number of rooms and searches. Reconnects and catches up by itself. */
export class InventoryClient {
  readonly products: Products;
  readonly vendors: Vendors;
  private readonly socket: Socket;
  private readonly http: HttpClient;
  private readonly tokens: Tokens;
  /** Sent with the connection. */
  private token: string | undefined;
  private readonly feeds = new Map<string, RoomFeed>();
  private readonly searches = new Set<LiveProductSearch>();
  private readonly allSeries = new Set<LiveSeries>();
  private readonly consumptions = new Set<Consumption>();
  private readonly emitter = new Emitter<ClientEvents>();
  private readonly recent = new RecentEvents();
  private readonly reconnection = new Backoff();
  private readonly requests = new Backoff();
  private ended = false;

  constructor({ url, token, fetch, socketOptions }: InventoryClientOptions) {
    this.tokens = new Tokens(token, (error) => this.report(error));
    const { origin, pathname } = new URL(url);
    const path = withoutTrailingSlashes(pathname);
    this.http = new HttpClient(origin + path, this.tokens, fetch);
    this.products = new Products(this.http);
    this.vendors = new Vendors(this.http);
    const sockets = {
      path: `${path}/socket.io`,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: (send: (auth: { token?: string }) => void) => void this.authenticate(send),
      ...socketOptions,
    };
    this.socket = new Manager(origin, sockets).socket(NAMESPACE, sockets);
    this.listen();
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  /**
   * Calls the handler for every event of a room from the server's confirmation on, or from `since` on: each once, in
   * order, across reconnections; if that can't be, `onGap` says so. Handlers of one room share a subscription.
   */
  subscribe(room: Room, handler: RoomHandler | RoomHandler['onEvent'], { since }: SubscribeOptions = {}): Subscription {
    const member = new RoomListener(
      typeof handler === 'function' ? { onEvent: handler } : handler,
      () => this.leave(feed, member),
      (error) => this.report(error),
    );
    const feed = this.feedOf(room);
    if (this.ended) {
      member.end(closed('The client'));
      return member;
    }
    this.feeds.set(keyOf(room), feed);
    feed.add(member, since);
    if (this.connected) feed.request();
    return member;
  }

  /**
   * Keeps one page of `GET /api/products/search` current. Changes of products on it are put in at once if they can only
   * change places among themselves; when products may come or go the page is asked for again, at most once in
   * `interval`. Calls `onChange` only if something that is shown has changed. What vendors change about themselves,
   * such as their names, shows at once in a search of that vendor, and elsewhere with the next page; what was learnt of
   * a vendor's state or district counts for 60 s after the page it is from was asked for. `nextCursor` says where the
   * page ends; what was behind it may be gone meanwhile.
   */
  liveSearch(
    filters: ProductFilters,
    onChange: (page: ProductPage, change: PageChange) => void,
    { onError, onStatus, interval = INTERVAL, ...paging }: LiveSearchOptions = {},
  ): LiveSearch {
    const query = { ...filters, ...paging };
    const search = new LiveProductSearch(
      query,
      interval,
      {
        load: (signal) => this.http.readOnce<ProductPage>('/api/products/search', query, signal),
        subscribe: (room, handler, options) => this.subscribe(room, handler, options),
      },
      {
        onChange: (page, change) => this.guarded(() => onChange(page, change)),
        onStatus: (status) => this.guarded(() => onStatus?.(status)),
        onError: (error) => this.guarded(() => (onError ?? ((one) => this.report(one)))(error)),
      },
      (ended) => this.searches.delete(ended),
    );
    this.searches.add(search);
    if (this.ended) search.close();
    return search;
  }

  /**
   * Keeps a price series by day current (`GET /api/series/prices`): `onChange` is called with all points, and then with
   * each that changes.
   */
  series(
    filter: LiveSeriesFilter,
    onChange: (series: PriceSeries, change: SeriesChange) => void,
    { onError, onStatus }: LiveSeriesOptions = {},
  ): LiveSeriesHandle {
    const { socket } = this;
    const series = new LiveSeries(
      filter,
      {
        get connected() {
          return socket.connected;
        },
        load: (signal) => this.http.readOnce<PriceSeries>('/api/series/prices', { ...filter }, signal),
        subscribe: (message, answer) => socket.emit(SUBSCRIBE_SERIES, message, answer),
      },
      {
        onChange: (points, change) => this.guarded(() => onChange(points, change)),
        onStatus: (status) => this.guarded(() => onStatus?.(status)),
        onError: (error) => this.guarded(() => (onError ?? ((one) => this.report(one)))(error)),
      },
      (left) => this.leaveSeries(left),
    );
    this.allSeries.add(series);
    if (this.ended) series.close();
    return series;
  }

  /**
   * Calls the handler for every event of a durable consumer, one after the other, and acknowledges it when the handler
   * resolves. The token's role must be `service` or `admin`.
   *
   * An event for which the handler rejects comes again later, and is parked in the end; with `block`, later events of
   * its product come after it. After a crash, or if the server isn't heard of for 30 s, an event may come once more,
   * with the same `eventId`.
   */
  consume(name: string, handler: (event: ConsumedEvent) => unknown, options: ConsumeOptions = {}): Consuming {
    const consumption = new Consumption(this.http, name, handler, options, (error) => this.report(error));
    this.consumptions.add(consumption);
    if (this.ended) void consumption.close();
    return consumption;
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>): () => void {
    return this.emitter.on(name, listener);
  }

  /** Ends the connection, all subscriptions, searches and requests, for good. */
  close(): void {
    this.ended = true;
    for (const search of [...this.searches]) search.close();
    for (const series of [...this.allSeries]) series.close();
    for (const consumption of this.consumptions) void consumption.close();
    for (const feed of this.feeds.values()) feed.end(closed('The client'));
    this.feeds.clear();
    this.requests.stop();
    this.http.close();
    this.socket.disconnect();
    this.reconnection.stop();
  }

  private listen(): void {
    this.socket.on('connect', () => {
      this.reconnection.succeeded();
      this.requests.stop();
      // In one breath, so that the server merges what the rooms have missed.
      this.request();
      for (const series of this.allSeries) series.connected();
      this.emitter.emit('connected', undefined);
    });
    this.socket.on('disconnect', (reason) => {
      // Socket.IO would send what is left when it connects again; everything is asked for anew then.
      this.socket.sendBuffer = [];
      this.recent.clear();
      for (const feed of this.feeds.values()) feed.interrupted();
      for (const series of this.allSeries) series.interrupted();
      this.emitter.emit('disconnected', reason);
      this.reconnect();
    });
    this.socket.on('connect_error', (error: Error & { data?: ExceptionMessage }) => {
      const refused = error.data?.code === 'unauthorized' ? this.token : undefined;
      // Which reports it if there is no other one.
      if (refused !== undefined) void this.tokens.renew(refused).then(() => this.reconnect());
      else {
        this.report(error.data ? errorOf(error.data) : error);
        this.reconnect();
      }
    });
    this.socket.on(NOTIFICATION, (event: InventoryEvent) => {
      this.recent.add(event);
      for (const feed of [...this.feeds.values()]) feed.take(event);
    });
    this.socket.on(SUBSCRIBED, (confirmed: SubscriptionConfirmed) => this.feeds.get(keyOf(confirmed))?.told(confirmed));
    this.socket.on(SERIES_UPDATED, (update: SeriesUpdated) => {
      for (const series of [...this.allSeries]) series.take(update);
    });
    this.socket.on(SERIES_SUBSCRIBED, (confirmed: SeriesSubscriptionConfirmed) => {
      for (const series of [...this.allSeries]) series.told(confirmed);
    });
    this.socket.on(EXCEPTION, (exception: ExceptionMessage) => this.report(errorOf(exception)));
  }

  /** Of each connection: a token may have expired since the last one. */
  private async authenticate(send: (auth: { token?: string }) => void): Promise<void> {
    this.token = await this.tokens.fresh();
    send(this.token === undefined ? {} : { token: this.token });
  }

  /** Socket.IO reconnects by itself unless it was the server that refused or ended it. */
  private reconnect(): void {
    if (!this.socket.active && !this.ended) this.reconnection.retry(() => this.socket.connect());
  }

  private request(): void {
    if (this.connected) for (const feed of this.feeds.values()) feed.request();
  }

  private feedOf(room: Room): RoomFeed {
    return this.feeds.get(keyOf(room)) ?? new RoomFeed(room, this.transport);
  }

  private readonly transport: Transport = {
    recent: this.recent,
    send: (message, answer) => {
      this.socket.emit(SUBSCRIBE, message, (reply: SubscriptionConfirmed | ExceptionMessage) => {
        if (!('status' in reply)) this.requests.succeeded();
        answer(reply);
        this.forget();
      });
    },
    retryLater: () => this.requests.retry(() => this.request()),
  };

  /** Others may follow the same series. */
  private leaveSeries(series: LiveSeries): void {
    this.allSeries.delete(series);
    const { filter, state } = series;
    if (!this.connected || state === undefined) return;
    const isWanted = [...this.allSeries].some((other) => {
      return other.filter.commodity === filter.commodity && (other.state ?? null) === state;
    });
    const message = { commodity: filter.commodity, ...(state !== null && { state }) };
    if (!isWanted) this.socket.emit(UNSUBSCRIBE_SERIES, message);
  }

  private leave(feed: RoomFeed, member: RoomListener): void {
    feed.remove(member);
    if (!feed.empty || this.feeds.get(keyOf(feed.room)) !== feed) return;
    this.feeds.delete(keyOf(feed.room));
    if (this.connected) this.socket.emit(UNSUBSCRIBE, feed.room);
  }

  /** Rooms whose members were all refused. */
  private forget(): void {
    for (const [key, feed] of this.feeds) if (feed.empty) this.feeds.delete(key);
  }

  private guarded(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    this.emitter.emit('error', error instanceof Error ? error : new Error(String(error)));
  }
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
