import type {
  ExceptionMessage,
  LogCursor,
  PriceSeries,
  SeriesPoint,
  SeriesSubscriptionConfirmed,
  SeriesUpdated,
  SubscribeSeriesMessage,
} from '../contracts/index.js';
import { Backoff } from './backoff.js';
import { errorOf, InventoryClientError } from './errors.js';
import type { LiveSeriesFilter, LiveSeriesStatus, SeriesChange } from './types.js';

/** What a series needs of the client. */
export interface SeriesSource {
  readonly connected: boolean;
  load(signal: AbortSignal): Promise<PriceSeries>;
  /** Asks the server; there is no answer if the connection breaks. */
  subscribe(
    message: SubscribeSeriesMessage,
    answer: (answer: SeriesSubscriptionConfirmed | ExceptionMessage) => void,
  ): void;
}

export interface SeriesListener {
  onChange(series: PriceSeries, change: SeriesChange): void;
  onStatus(status: LiveSeriesStatus): void;
  onError(error: Error): void;
}

/**
 * A series by day that is kept up to date: all points are asked for once, and from their position on the server sends
 * those that change. A point says how it is, so it may come twice; after a lost connection those that have changed
 * meanwhile are sent, and all points are asked for again only if these are too many, or of another log.
 */
export class LiveSeries {
  series: PriceSeries | null = null;
  status: LiveSeriesStatus = 'loading';
  /** As the server spells it; undefined before it has confirmed. */
  state: string | null | undefined;
  private readonly ending = new AbortController();
  private readonly retries = new Backoff();
  /** Points that came before it was known which state is meant. */
  private held: SeriesUpdated[] = [];
  private loading = false;

  constructor(
    readonly filter: LiveSeriesFilter,
    private readonly source: SeriesSource,
    private readonly listener: SeriesListener,
    private readonly left: (series: LiveSeries) => void,
  ) {
    void this.load();
  }

  get closed(): boolean {
    return this.ending.signal.aborted;
  }

  close(): void {
    if (this.closed) return;
    this.ending.abort();
    this.retries.stop();
    this.left(this);
  }

  /** There is a connection: what has changed since the last one is asked for. */
  connected(): void {
    if (this.series) this.subscribe();
  }

  interrupted(): void {
    if (this.series) this.become('stale');
  }

  take(update: SeriesUpdated): void {
    if (update.commodity !== this.filter.commodity) return;
    if (this.state === undefined || this.loading) this.held.push(update);
    else this.apply(update);
  }

  /** Without a question: the log was set back. */
  told({ commodity, state, reason }: SeriesSubscriptionConfirmed): void {
    if (reason === 'epoch_changed' && commodity === this.filter.commodity && state === this.state) void this.load();
  }

  private async load(): Promise<void> {
    if (this.loading || this.closed) return;
    this.loading = true;
    try {
      const series = await this.source.load(this.ending.signal);
      this.retries.succeeded();
      const reason = this.series ? 'refetched' : 'loaded';
      this.series = series;
      this.loading = false;
      this.listener.onChange(series, { reason });
      if (this.source.connected) this.subscribe();
    } catch (error) {
      this.loading = false;
      if (!this.closed) this.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private failed(error: Error): void {
    const refused = error instanceof InventoryClientError && !error.retryable;
    this.become(refused ? 'refused' : this.series ? 'stale' : 'loading');
    this.listener.onError(error);
    if (refused) this.close();
    else this.retries.retry(() => void this.load());
  }

  private subscribe(): void {
    const { commodity, state } = this.filter;
    const { epoch, position } = this.series!;
    const since: LogCursor = { epoch, position };
    this.source.subscribe({ commodity, ...(state !== undefined && { state }), since }, (answer) => {
      if (this.closed) return;
      if ('status' in answer) this.failed(errorOf(answer));
      else this.confirmed(answer);
    });
  }

  private confirmed({ state, recovered, position, epoch }: SeriesSubscriptionConfirmed): void {
    this.state = state;
    const held = this.held.splice(0);
    if (!recovered) return void this.load();
    for (const update of held) this.apply(update);
    // All up to there has been sent.
    if (this.series!.epoch === epoch && position > this.series!.position) this.series = { ...this.series!, position };
    this.become('live');
  }

  private apply({ state, unit, currency, point, position }: SeriesUpdated): void {
    const { series } = this;
    const { from, to } = this.filter;
    if (!series || state !== this.state || unit !== series.unit || currency !== series.currency) return;
    // What was loaded later has it already.
    if (position <= series.position) return;
    if ((from !== undefined && point.from < from) || (to !== undefined && point.from > to)) return;
    // They come in order, and several may have the same position.
    this.series = { ...series, points: withPoint(series.points, point), position: position - 1 };
    this.listener.onChange(this.series, { reason: 'updated', point });
  }

  private become(status: LiveSeriesStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.listener.onStatus(status);
  }
}

/** The points with this one, in its place; without it, if nothing is reported of its day any more. */
function withPoint(points: readonly SeriesPoint[], point: SeriesPoint): SeriesPoint[] {
  const others = points.filter(({ from }) => from !== point.from);
  if (point.reports + point.suspicious === 0) return others;
  const at = others.findIndex(({ from }) => from > point.from);
  return at < 0 ? [...others, point] : others.toSpliced(at, 0, point);
}
