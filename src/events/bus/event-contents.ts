import { Logger } from '@nestjs/common';
import type { Cluster } from 'ioredis';
import type { InventoryEvent } from '../../contracts/index.js';
import { balancedTags, groupBy, type RedisConnections, utf8Text } from '../../infra/index.js';
import { channelsOf, VENDOR_CHANNELS } from '../content-channels.js';
import type { EventNotice } from '../event-notice.js';
import type { EventBatch } from '../log/event-batch.js';
import { DeafGroups } from './deaf-groups.js';
import type { EventNeeds } from './event-needs.js';
import { parseEvents } from './parse-bus-message.js';

/** Hash tags of the channels, so that they are spread over all masters; channels of one are asked for together. */
const GROUPS = 64;
const TAGS = balancedTags('bus', GROUPS);
/** Messages of a group under way. A master that hangs gets no more, and the others go on. */
const MOST_SENDING = 64;
/** Seconds for which a channel stays subscribed that nothing follows any more. */
const LINGER = 5;
/** Milliseconds before a group is subscribed to again that couldn't be: doubled each time, between these bounds. */
const SHORTEST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** What Redis says to a user who may not subscribe. */
const NO_RIGHT = /^NOPERM\b/;

const groupOf = (channel: number): number => channel % GROUPS;

/** A group couldn't be subscribed to. */
interface Failure {
  until: number;
  pause: number;
  /** By the user's rights; a new connection wouldn't help. */
  refused: boolean;
}

/**
 * Contents of events over sharded Pub/Sub: each goes to the channels of its vendor and its categories, and an instance
 * subscribes to those that it follows. All of it may fail: what doesn't come is read from the log.
 */
export class EventContents {
  private readonly logger = new Logger('EventBus');
  private readonly cluster: Cluster;
  /** By channel: for how many seconds nothing has followed it. */
  private readonly subscribed = new Map<number, number>();
  /** Those of them that Redis has confirmed. */
  private readonly confirmed = new Set<number>();
  /** By group: messages under way. */
  private readonly sending = new Uint16Array(GROUPS);
  /** By group. */
  private readonly failures = new Map<number, Failure>();
  private readonly deaf = new DeafGroups();
  private version = -1;
  private refused = false;

  /** @param receive what has come in and its length, in any order, of any instance and any log */
  constructor(
    connections: RedisConnections,
    private readonly channel: string,
    private readonly needs: EventNeeds,
    private readonly receive: (events: readonly InventoryEvent[], bytes: number) => void,
  ) {
    const options = { commandTimeout: 1_000 };
    this.cluster = connections.openKeyed('contents', options, { shardedSubscribers: true }) as Cluster;
    this.cluster.on('smessageBuffer', (name: Buffer, bytes: Buffer) => this.came(name, bytes));
    for (const moment of ['ready', 'subscribersReady']) {
      this.cluster.on(moment, () => {
        this.failures.clear();
        this.follow(true);
      });
    }
  }

  /** Sends each event to its channels. Nothing is waited for. */
  publish(batch: EventBatch): void {
    const texts = new Map<number, string[]>();
    for (const [index, event] of batch.events.entries()) {
      const text = batch.textOf(index);
      for (const channel of channelsOf(event)) {
        const of = texts.get(channel);
        if (of) of.push(text);
        else texts.set(channel, [text]);
      }
    }
    for (const [channel, list] of texts) void this.send(channel, `[${list.join(',')}]`);
  }

  /** Subscribes to what has come to be needed. @param again whether or not anything has changed */
  follow(again = false): void {
    const { everything, followed } = this.needs;
    const version = followed.reduce((sum, one) => sum + one.version, everything ? 0.5 : 0);
    if ((version === this.version && !again) || this.cluster.status !== 'ready') return;
    this.version = version;
    const added = [...this.wanted()].filter((channel) => !this.subscribed.has(channel) && !this.isPaused(channel));
    for (const channel of added) this.subscribed.set(channel, 0);
    for (const channels of groupBy(added, groupOf).values()) void this.subscribe(channels);
  }

  /** Call once a second. */
  review(): void {
    this.follow(true);
    this.leave();
    this.mendDeaf();
  }

  /** The event was waited for, and its content hasn't come. */
  missed({ channels }: EventNotice): void {
    for (const channel of channels) {
      const group = groupOf(channel);
      if (this.subscribed.has(channel) || this.failures.get(group)?.refused === false) this.deaf.missed(group);
    }
  }

  /** Of channels that Redis has confirmed. */
  get count(): number {
    return this.confirmed.size;
  }

  private wanted(): ReadonlySet<number> {
    const { everything, followed } = this.needs;
    if (everything || followed.some(({ all }) => all)) return ALL_VENDORS;
    return new Set(followed.flatMap(({ channels }) => [...channels]));
  }

  private leave(): void {
    const wanted = this.wanted();
    const left: number[] = [];
    for (const [channel, unused] of this.subscribed) {
      if (wanted.has(channel)) this.subscribed.set(channel, 0);
      else if (unused < LINGER) this.subscribed.set(channel, unused + 1);
      else left.push(channel);
    }
    if (this.cluster.status !== 'ready') return;
    for (const channel of left) this.forget(channel);
    for (const channels of groupBy(left, groupOf).values()) {
      void this.leaveChannels(this.namesOf(channels));
    }
  }

  private isPaused(channel: number): boolean {
    const failure = this.failures.get(groupOf(channel));
    return failure !== undefined && performance.now() < failure.until;
  }

  /** @param channels of one group */
  private async subscribe(channels: readonly number[]): Promise<void> {
    const names = this.namesOf(channels);
    const group = groupOf(channels[0]!);
    try {
      await this.cluster.ssubscribe(...names);
      for (const channel of channels) if (this.subscribed.has(channel)) this.confirmed.add(channel);
      this.failures.delete(group);
      this.refused = false;
    } catch (error) {
      // A later review tries again. The client would keep the names of both, as it does whatever Redis answers.
      void this.leaveChannels(names);
      for (const channel of channels) this.forget(channel);
      const pause = this.failures.get(group)?.pause ?? SHORTEST_PAUSE;
      this.failures.set(group, {
        until: performance.now() + pause,
        pause: Math.min(2 * pause, LONGEST_PAUSE),
        refused: NO_RIGHT.test((error as Error).message),
      });
      if (this.refused || this.cluster.status !== 'ready') return void this.logger.debug(error);
      this.refused = true;
      this.logger.warn(`Contents of events are read from the log: ${String(error)}`);
    }
  }

  /** Never rejects: the client may even throw while it doesn't know its nodes. */
  private async leaveChannels(names: readonly string[]): Promise<void> {
    try {
      await this.cluster.sunsubscribe(...names);
    } catch (error) {
      this.logger.debug(error);
    }
  }

  private forget(channel: number): void {
    this.subscribed.delete(channel);
    this.confirmed.delete(channel);
  }

  private mendDeaf(): void {
    // The client ends for good if it has to connect anew while it looks for its nodes.
    const { renew, reconnect, first } = this.deaf.review(this.cluster.status === 'ready');
    for (const group of renew) this.renew(group);
    if (first) this.logger.warn('Contents of events don’t come any more: connecting anew');
    if (reconnect) this.cluster.disconnect(true);
  }

  private renew(group: number): void {
    const channels = [...this.subscribed.keys()].filter((channel) => groupOf(channel) === group);
    if (channels.length === 0) return;
    void this.leaveChannels(this.namesOf(channels));
    void this.subscribe(channels);
  }

  private came(name: Buffer, bytes: Buffer): void {
    const events = parseEvents(utf8Text(bytes));
    if (!events) return void this.logger.warn('Ignored a foreign message on a channel of contents');
    const channel = Number(name.toString('latin1', name.lastIndexOf(COLON) + 1));
    this.deaf.heard(groupOf(channel));
    this.receive(events, bytes.length);
  }

  private async send(channel: number, text: string): Promise<void> {
    const group = groupOf(channel);
    if (this.sending[group]! >= MOST_SENDING) return;
    this.sending[group]! += 1;
    try {
      await this.cluster.spublish(this.nameOf(channel), text);
    } catch (error) {
      this.logger.debug(error);
    } finally {
      this.sending[group]! -= 1;
    }
  }

  private nameOf(channel: number): string {
    return `${this.channel}:{${TAGS[groupOf(channel)]!}}:${channel}`;
  }

  private namesOf(channels: readonly number[]): string[] {
    return channels.map((channel) => this.nameOf(channel));
  }
}

const COLON = 0x3a;
const ALL_VENDORS: ReadonlySet<number> = new Set(Array.from({ length: VENDOR_CHANNELS }, (_none, index) => index));
