import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { InventoryEvent } from '../../contracts/index.js';
import { type RedisConnections, utf8Text } from '../../infra/index.js';
import { EventNotice } from '../event-notice.js';
import { type BusMessage, EventBus } from './event-bus.js';
import { decodeNotices, encodeNotices } from './notices-format.js';
import { BINARY, BINARY_MARK, OwnMessages } from './own-messages.js';
import { parseBusMessage, type WireMessage } from './parse-bus-message.js';
import { Receivers } from './receivers.js';
import { SubscriptionWatch } from './subscription-watch.js';

/** Redis Pub/Sub on one channel. A subscribed connection can't publish, so there are two. */
export class RedisEventBus extends EventBus {
  private readonly logger = new Logger('EventBus');
  private readonly publisher: Redis;
  private readonly subscriber: Redis;
  private readonly receivers = new Receivers();
  private readonly own = new OwnMessages();
  private subscribed = false;
  private readonly watch = new SubscriptionWatch(
    () => this.send({ kind: 'echo' }),
    () => this.reconnect(),
  );

  constructor(
    connections: RedisConnections,
    private readonly channel: string,
  ) {
    super();
    this.publisher = connections.open('publisher', { commandTimeout: 1_000 });
    this.subscriber = connections.open('subscriber', { autoResubscribe: false });
    this.subscriber.on('ready', () => void this.listen());
    this.subscriber.on('close', () => {
      this.subscribed = false;
      this.own.clear();
    });
    this.subscriber.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => this.receive(bytes));
    connections.everySecond(() => this.probe());
  }

  get connected(): boolean {
    return this.subscribed && this.ready && this.watch.alive;
  }

  async publish(message: BusMessage): Promise<void> {
    await this.send(message);
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    return this.receivers.add(receive);
  }

  private async listen(): Promise<void> {
    try {
      await this.subscriber.subscribe(this.channel);
      this.subscribed = true;
      this.watch.heardOwn();
    } catch (error) {
      // The connection broke again meanwhile, and its next 'ready' comes back here; or Redis refused, and `probe` does.
      this.logger.debug(error);
    }
  }

  private receive(bytes: Buffer): void {
    if (this.own.has(bytes)) this.watch.heardOwn();
    const message = this.own.take(bytes) ?? parse(bytes);
    if (message === undefined) this.logger.warn('Ignored a foreign message on the inventory channel');
    else if (message.kind !== 'echo') this.receivers.deliver(message);
  }

  private get ready(): boolean {
    return this.subscriber.status === 'ready' && this.publisher.status === 'ready';
  }

  private async send(message: WireMessage): Promise<void> {
    await this.publisher.publish(this.channel, encode(message, this.own));
  }

  private probe(): void {
    if (!this.ready) return;
    if (this.subscribed) this.watch.probe();
    else void this.listen();
  }

  private reconnect(): void {
    this.logger.warn('The subscription brings nothing any more: connecting anew');
    this.subscriber.disconnect(true);
    this.publisher.disconnect(true);
  }
}

const CLOSE = Buffer.from('}');

function parse(bytes: Buffer): WireMessage | undefined {
  if (bytes[0] !== BINARY) return parseBusMessage(utf8Text(bytes));
  const notices = decodeNotices(bytes, BINARY_MARK);
  return notices && { kind: 'notices', ...notices };
}

function encode(message: WireMessage, own: OwnMessages): string | Buffer {
  if (message.kind === 'notices') {
    const events = message.entries.filter((entry): entry is InventoryEvent => !(entry instanceof EventNotice));
    return Buffer.concat([own.signBinary(message), encodeNotices(message.epoch, events)]);
  }
  // The first fields of the JSON object, with a comma behind them.
  const signature = own.sign(message);
  // To instances of versions without echoes it is a wake-up that says nothing, at worst one poll more.
  if (message.kind === 'echo') return `${signature}"kind":"wake","echo":true}`;
  if (message.kind !== 'events') return signature + JSON.stringify(message).slice(1);
  const { batch } = message;
  const opening = `${signature}"kind":"events","events":`;
  if (batch.json) return Buffer.concat([Buffer.from(opening), batch.json, CLOSE]);
  return `${opening}${JSON.stringify(batch.events)}}`;
}
