import { Logger } from '@nestjs/common';
import type { Cluster } from 'ioredis';
import type { InventoryEvent } from '../../contracts/index.js';
import { balancedTags, type RedisConnections, utf8Text } from '../../infra/index.js';
import { channelsOf, VENDOR_CHANNELS } from '../content-channels.js';
import type { EventNotice } from '../event-notice.js';
import type { EventNeeds } from './event-needs.js';
import { parseEvents } from './parse-bus-message.js';

/** Hash tags of the channels, so that they are spread over all masters; channels of one are asked for together. */
const GROUPS = 64;
const TAGS = balancedTags('bus', GROUPS);
/** Messages of a group under way. A master that hangs gets no more, and the others go on. */
const MOST_SENDING = 64;
/** Seconds for which a channel stays subscribed that nothing follows any more. */
const LINGER = 5;
/** Seconds in a row with contents that were waited for in vain, after which a group is subscribed to anew, or all. */
const DEAF = 2;
const LONG_DEAF = 6;

const groupOf = (channel: number): number => channel % GROUPS;

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
  /** By group: messages under way, and in how many seconds in a row contents were missed. */
  private readonly sending = new Uint16Array(GROUPS);
  private readonly missedIn = new Set<number>();
  private readonly deafFor = new Map<number, number>();
  private version = -1;
  private refused = false;

  /** @param receive what has come in, in any order, of any instance and any log */
  constructor(
    connections: RedisConnections,
    private readonly channel: string,
    private readonly needs: EventNeeds,
    private readonly receive: (events: readonly InventoryEvent[]) => void,
  ) {
    const options = { commandTimeout: 1_000 };
    this.cluster = connections.openKeyed('contents', options, { shardedSubscribers: true }) as Cluster;
    this.cluster.on('smessageBuffer', (name: Buffer, bytes: Buffer) => this.came(name, bytes));
    for (const moment of ['ready', 'subscribersReady']) this.cluster.on(moment, () => this.follow(true));
  }

  /** Sends each event to its channels. Nothing is waited for. */
  publish(events: readonly InventoryEvent[]): void {
    const texts = new Map<number, string[]>();
    for (const event of events) {
      const text = JSON.stringify(event);
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
    const added = [...this.wanted()].filter((channel) => !this.subscribed.has(channel));
    for (const channel of added) this.subscribed.set(channel, 0);
    for (const channels of byGroup(added)) void this.subscribe(channels);
  }

  /** Call once a second. */
  review(): void {
    this.follow(true);
    this.leave();
    this.mendDeaf();
  }

  /** The event was waited for, and its content hasn't come. */
  missed({ channels }: EventNotice): void {
    for (const channel of channels) if (this.subscribed.has(channel)) this.missedIn.add(groupOf(channel));
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
    for (const channels of byGroup(left)) {
      this.cluster.sunsubscribe(...this.namesOf(channels)).catch((error: unknown) => this.logger.debug(error));
    }
  }

  private async subscribe(channels: readonly number[]): Promise<void> {
    try {
      await this.cluster.ssubscribe(...this.namesOf(channels));
      for (const channel of channels) if (this.subscribed.has(channel)) this.confirmed.add(channel);
      this.refused = false;
    } catch (error) {
      // The next review tries again.
      for (const channel of channels) this.forget(channel);
      if (this.refused || this.cluster.status !== 'ready') return void this.logger.debug(error);
      this.refused = true;
      this.logger.warn(`Contents of events are read from the log: ${String(error)}`);
    }
  }

  private forget(channel: number): void {
    this.subscribed.delete(channel);
    this.confirmed.delete(channel);
  }

  /** A subscription may be gone without a sign, as that of a slot that has moved while the connection was busy. */
  private mendDeaf(): void {
    for (const group of this.deafFor.keys()) if (!this.missedIn.has(group)) this.deafFor.delete(group);
    for (const group of this.missedIn) {
      const seconds = (this.deafFor.get(group) ?? 0) + 1;
      this.deafFor.set(group, seconds);
      if (seconds === DEAF) this.renew(group);
      if (seconds < LONG_DEAF) continue;
      this.logger.warn('Contents of events don’t come any more: connecting anew');
      this.deafFor.clear();
      this.cluster.disconnect(true);
      break;
    }
    this.missedIn.clear();
  }

  private renew(group: number): void {
    const channels = [...this.subscribed.keys()].filter((channel) => groupOf(channel) === group);
    if (channels.length === 0 || this.cluster.status !== 'ready') return;
    this.cluster.sunsubscribe(...this.namesOf(channels)).catch((error: unknown) => this.logger.debug(error));
    void this.subscribe(channels);
  }

  private came(name: Buffer, bytes: Buffer): void {
    const events = parseEvents(utf8Text(bytes));
    if (!events) return void this.logger.warn('Ignored a foreign message on a channel of contents');
    const channel = Number(name.toString('latin1', name.lastIndexOf(COLON) + 1));
    this.missedIn.delete(groupOf(channel));
    this.receive(events);
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

function byGroup(channels: readonly number[]): Iterable<number[]> {
  const groups = new Map<number, number[]>();
  for (const channel of channels) {
    const of = groups.get(groupOf(channel));
    if (of) of.push(channel);
    else groups.set(groupOf(channel), [channel]);
  }
  return groups.values();
}
