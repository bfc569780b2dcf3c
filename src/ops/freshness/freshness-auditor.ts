import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/index.js';
import { AcknowledgedChanges } from '../../events/index.js';
import { Clock, Metrics, PeriodicJob } from '../../infra/index.js';
import { AuditFindings, type AuditReport } from './audit-findings.js';
import { OwnAddress } from './own-address.js';
import { OwnServer } from './own-server.js';
import { SampleChannel } from './sample-channel.js';
import { sampled, type SampledChange, searchesOf, type Verdict, verdictOf } from './sampled-change.js';

/** Milliseconds for an answer, between two looks for a change that isn't seen, and until it is given up. */
const ANSWERS_WITHIN = 5_000;
const LOOK_EVERY = 250;
const LOOK_FOR = 15_000;
/**
 * Milliseconds between two searches of an audit. Six at once kept a process that had just begun from all else for up to
 * 30 ms: p99 of what 1,000 sockets get rose from 13 to 20 ms by them.
 */
const APART = 100;
/** Searches of one audit, and the share of `RATE_LIMIT` that they may take: others ask from this machine as well. */
const SEARCHES = 6;
const SHARE = 0.05;

interface Search {
  url: string;
  compressed: boolean;
}

const RESULTS = ['shown', 'absent', 'stale', 'failed'] as const;

/**
 * Looks in production whether the promise holds: every few seconds a change that some instance has acknowledged is
 * looked for on all of them, over HTTP as any client would, in searches that have most likely been cached. A search
 * that begins after the acknowledgement and shows an older version of the product is stale; it is asked again until it
 * shows the change. What can't be asked (a busy server, a lost connection) says nothing.
 */
@Injectable()
export class FreshnessAuditor implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(FreshnessAuditor.name);
  private readonly stale = this.metrics.counter(
    'inventory_staleness_after_ack_total',
    'Searches that showed an older version of a product than had been acknowledged before they began.',
  );
  private readonly audits = this.metrics.counter(
    'inventory_freshness_audits_total',
    'Searches asked for an acknowledged change, by result; absent: others have changed since.',
    { result: RESULTS },
  );
  private readonly seconds = this.metrics.histogram(
    'inventory_ack_to_search_seconds',
    'From when an acknowledgement was known here to the end of the first search for the change, if that showed it.',
  );
  private readonly ending = new AbortController();
  private readonly server = new OwnServer();
  private job: PeriodicJob | undefined;
  private underWay: Promise<unknown> = Promise.resolve();
  private busy = false;
  private turn = 0;
  private takenAt = Number.NEGATIVE_INFINITY;
  private readonly findings = new AuditFindings(
    this.clock,
    'a search was older than an acknowledged change',
    'searches audited, none stale of late',
  );

  constructor(
    private readonly config: AppConfig,
    private readonly changes: AcknowledgedChanges,
    private readonly channel: SampleChannel,
    private readonly address: OwnAddress,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /** For `/health`; undefined if it has nothing to say. */
  get report(): AuditReport | undefined {
    return this.findings.report;
  }

  onApplicationBootstrap(): void {
    if (this.config.freshnessAuditSeconds === 0) return;
    this.channel.subscribe((sample) => this.take(sample));
    this.job = new PeriodicJob('freshness', this.every, () => this.sample());
  }

  /** Before the server is closed, which would wait for what is under way. */
  beforeApplicationShutdown(): void {
    this.ending.abort();
    this.server.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.job?.stop(), this.underWay]);
  }

  /** Milliseconds between two audits. */
  private get every(): number {
    const { freshnessAuditSeconds, rateLimit } = this.config;
    const least = rateLimit === 0 ? 0 : (SEARCHES * 60) / (SHARE * rateLimit);
    return Math.max(freshnessAuditSeconds, least) * 1_000;
  }

  private async sample(): Promise<void> {
    const change = this.changes.take();
    const sample = change && sampled(change);
    if (sample) await this.channel.send(sample);
  }

  /** One at a time, and no more of them with many instances: what else comes is left out. */
  private take(sample: SampledChange): void {
    const { url } = this.address;
    const known = performance.now();
    const isTooSoon = known - this.takenAt < this.every / 2;
    if (this.busy || isTooSoon || url === undefined || this.ending.signal.aborted) return;
    this.busy = true;
    this.takenAt = known;
    const urls = searchesOf(sample).map((path) => `${url}${path}`);
    // Each comes first in turn: what is stale for a moment is seen by the first only.
    this.turn = (this.turn + 1) % urls.length;
    urls.push(...urls.splice(0, this.turn));
    this.underWay = this.audit(urls, sample, known).finally(() => (this.busy = false));
  }

  /**
   * Twice each, since what the first look has brought into the cache may be wrong as well: as it is, and compressed
   * by gzip. They begin one after the other.
   */
  private async audit(urls: readonly string[], sample: SampledChange, known: number): Promise<void> {
    const looks = [...urls, ...urls].map(async (url, index) => {
      if (index > 0) await this.pause(index * APART);
      await this.untilShown({ url, compressed: index >= urls.length }, sample, index === 0 ? known : undefined);
    });
    await Promise.all(looks);
  }

  /** @param known of `performance.now()`: when to measure from, if it is to be measured */
  private async untilShown(search: Search, sample: SampledChange, known?: number): Promise<void> {
    const began = performance.now();
    let isStale = false;
    while (!this.ending.signal.aborted && performance.now() - began < LOOK_FOR) {
      const verdict = await this.look(search, sample);
      if (verdict === 'shown' && known !== undefined) this.seconds.observe((performance.now() - known) / 1_000);
      if (verdict !== 'stale') {
        if (!isStale) this.count(verdict);
        return;
      }
      if (!isStale) this.found(search.url, sample);
      isStale = true;
      await this.pause(LOOK_EVERY);
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.ending.signal, ref: false }).catch(() => undefined);
  }

  private found(url: string, { productId, version }: SampledChange): void {
    this.count('stale');
    this.stale.inc();
    this.findings.failed();
    this.logger.error(
      `A search is older than version ${version} of ${productId}, which was acknowledged before: ${url}`,
    );
  }

  private count(result: (typeof RESULTS)[number]): void {
    if (result !== 'failed') this.findings.looked();
    this.audits.inc({ result });
  }

  private async look({ url, compressed }: Search, sample: SampledChange): Promise<Verdict | 'failed'> {
    try {
      const signal = AbortSignal.timeout(ANSWERS_WITHIN);
      const page = (await this.server.json(url, { signal, compressed })) as
        { items: { id: string; version: number }[] } | undefined;
      return page ? verdictOf(sample, page.items) : 'failed';
    } catch {
      return 'failed';
    }
  }
}
