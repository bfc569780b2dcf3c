import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/index.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { EventsStatus } from '../../events/index.js';
import { Clock, Metrics } from '../../infra/index.js';
import { AuditFindings, type AuditReport } from './audit-findings.js';
import { AuditTimes } from './audit-times.js';
import { FollowedRoom } from './followed-room.js';
import { OwnAddress } from './own-address.js';
import { SampleChannel } from './sample-channel.js';
import type { SampledChange } from './sampled-change.js';

/** Milliseconds at least between two rooms. */
const LEAST_REST = 100;

const RESULTS = ['arrived', 'missing', 'disordered', 'unknown'] as const;

/**
 * Looks in production whether acknowledged changes come to sockets: while others are connected to this instance, it
 * follows the room of a category for some seconds of each minute over a connection of its own. Each sampled change of
 * the category must arrive there, and events in the order of their positions, each once. A connection that is lost
 * says nothing. Without other sockets nothing is followed, so that events needn't be made for none.
 */
@Injectable()
export class SocketAuditor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SocketAuditor.name);
  private readonly faults = this.metrics.counter(
    'inventory_missed_at_socket_total',
    'Acknowledged changes that did not come to a socket, and events that came again or after later ones.',
  );
  private readonly audits = this.metrics.counter(
    'inventory_socket_audits_total',
    'Acknowledged changes looked for at a socket, by result; unknown: the connection was lost.',
    { result: RESULTS },
  );
  private readonly seconds = this.metrics.histogram(
    'inventory_ack_to_socket_seconds',
    'From the acknowledgement of a change to its arrival at a socket; 0 if it arrived before.',
  );
  private readonly ending = new AbortController();
  private readonly checks = new Set<Promise<void>>();
  private running: Promise<void> = Promise.resolve();
  /** Of the newest sample. */
  private category: string | undefined;
  private room: FollowedRoom | undefined;
  private readonly findings = new AuditFindings(
    this.clock,
    'a socket did not get what it should',
    'changes followed to a socket',
  );

  constructor(
    private readonly config: AppConfig,
    private readonly events: EventsStatus,
    private readonly channel: SampleChannel,
    private readonly address: OwnAddress,
    private readonly times: AuditTimes,
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
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ending.abort();
    this.room?.close();
    await Promise.all([this.running, ...this.checks]);
  }

  private async run(): Promise<void> {
    while (await this.pause(Math.max(this.times.resting, LEAST_REST))) {
      const { category } = this;
      const { url } = this.address;
      if (category === undefined || url === undefined || !this.events.hasSockets) continue;
      this.room = await FollowedRoom.open(url, category, this.clock, (event) => this.disordered(event));
      if (this.room) await this.follow(this.room);
      this.room = undefined;
    }
  }

  private async follow(room: FollowedRoom): Promise<void> {
    await this.pause(this.times.following);
    this.room = undefined;
    await Promise.all(this.checks);
    room.close();
  }

  /** @returns whether this instance goes on */
  private pause(milliseconds: number): Promise<boolean> {
    const { signal } = this.ending;
    return sleep(milliseconds, true, { signal, ref: false }).catch(() => false);
  }

  private take(sample: SampledChange): void {
    this.category = sample.category;
    const { room } = this;
    if (room?.category !== sample.category || sample.eventId === undefined) return;
    const acknowledgedAt = performance.now() - sample.age!;
    if (acknowledgedAt - room.confirmedAt < this.times.margin) return;
    const check = this.check(room, sample, acknowledgedAt).finally(() => this.checks.delete(check));
    this.checks.add(check);
  }

  private async check(room: FollowedRoom, sample: SampledChange, acknowledgedAt: number): Promise<void> {
    const at = await room.arrivalOf(sample, this.times.arrivesWithin);
    if (at !== undefined) {
      this.count('arrived');
      this.seconds.observe(Math.max(0, at - acknowledgedAt) / 1_000);
    } else if (room.lost) this.count('unknown');
    else this.found('missing', `version ${sample.version} of ${sample.productId} did not come to a socket`);
  }

  private disordered({ position, eventId }: InventoryEvent): void {
    this.found('disordered', `event ${eventId} came again, or after others than position ${position}`);
  }

  private found(result: 'missing' | 'disordered', what: string): void {
    this.count(result);
    this.faults.inc();
    this.findings.failed();
    this.logger.error(`In the room of a category, ${what}`);
  }

  private count(result: (typeof RESULTS)[number]): void {
    if (result !== 'unknown') this.findings.looked();
    this.audits.inc({ result });
  }
}
