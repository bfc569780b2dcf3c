import { join } from 'node:path';
import { waitFor } from '../processes.js';
import { bearer } from '../tokens.js';
import { MODULES } from './app-build.js';
import type { LoggedEvent } from './audit-log.js';
import type { Cluster } from './cluster.js';
import { OutsideConsumer } from './outside-consumer.js';
import { readDatabase } from './read-database.js';

const NAME = 'outside';
const EVENT_TYPE = 'price_changed';

interface Handled {
  key: string;
  position: number;
}

/**
 * Two durable consumers that are held to the log: one in the instances, which notes each event in the transaction of
 * its checkpoint, and a program outside.
 */
export class WatchedConsumers {
  /** What an instance loads to run the first one. */
  static readonly instance = { preload: [join(import.meta.dirname, 'counting-consumer.mjs')], program: MODULES };

  private constructor(
    private readonly cluster: Cluster,
    private readonly outside: OutsideConsumer,
  ) {}

  /** Before the instances start: where events are noted. */
  static async prepare({ postgres }: Cluster): Promise<void> {
    await postgres.query((client) =>
      client.query('CREATE TABLE handled (number bigserial, key text, event_id uuid, position bigint)'),
    );
  }

  static async start(cluster: Cluster): Promise<WatchedConsumers> {
    const body = { name: NAME, from: 'beginning', filter: { eventTypes: [EVENT_TYPE] } };
    const { status } = await cluster.client.send('POST', `${cluster.running[0]!.url}/api/consumers`, { body });
    if (status !== 201) throw new Error(`The consumer was answered with ${status}`);
    const service = await bearer({ role: 'service' });
    const outside = new OutsideConsumer(cluster.client, () => cluster.running, NAME, service);
    outside.start();
    return new WatchedConsumers(cluster, outside);
  }

  stop(): Promise<void> {
    return this.outside.stop();
  }

  /** What was promised of the log as it is now, and not kept, in words. To be called when writing has ended. */
  async audit(): Promise<string[]> {
    const { log } = await readDatabase(this.cluster.postgres);
    return [
      ...checkHandled(await this.handled(log.length), log),
      ...this.outside.violations,
      ...(await this.checkOutside(log)),
    ];
  }

  /** As soon as there are so many. */
  private async handled(many: number): Promise<Handled[]> {
    const read = () =>
      this.cluster.postgres.query(async (client) => {
        const text = 'SELECT key, position::int FROM handled ORDER BY number';
        return (await client.query<Handled>(text)).rows;
      });
    const all = async (): Promise<Handled[] | undefined> => {
      const rows = await read();
      return rows.length >= many ? rows : undefined;
    };
    return waitFor(all, { timeoutMs: 30_000, what: 'the counting' }).catch(read);
  }

  private async checkOutside(log: readonly LoggedEvent[]): Promise<string[]> {
    const wanted = log.filter(({ eventType }) => eventType === EVENT_TYPE);
    const known = () => new Set([...this.outside.acknowledged.keys(), ...this.outside.unknown.keys()]);
    // Instead of after 30 s, if its client got no answer.
    await this.cluster.postgres.query((client) => client.query('UPDATE consumer_partitions SET lease_until = NULL'));
    const reached = () => known().size >= wanted.length;
    await waitFor(reached, { timeoutMs: 60_000, what: 'the outside consumer' }).catch(() => undefined);
    const found = known();
    const ids = new Set(wanted.map(({ eventId }) => eventId));
    return [
      ...wanted.filter(({ eventId }) => !found.has(eventId)).map(({ position }) => `${position} did not get outside`),
      ...[...found].filter((id) => !ids.has(id)).map((id) => `${id} is not in the log, or none of its filter`),
    ];
  }
}

/** Each event once, and those of a product in order. */
function checkHandled(handled: readonly Handled[], log: readonly LoggedEvent[]): string[] {
  const violations: string[] = [];
  const times = new Map<number, number>();
  const lastOfKey = new Map<string, number>();
  for (const { key, position } of handled) {
    times.set(position, (times.get(position) ?? 0) + 1);
    const last = lastOfKey.get(key) ?? 0;
    if (position <= last) violations.push(`${position} was handled after ${last} of the same product`);
    lastOfKey.set(key, position);
  }
  for (const { position } of log) {
    const many = times.get(position) ?? 0;
    if (many !== 1) violations.push(`${position} was handled ${many} times`);
    times.delete(position);
  }
  for (const position of times.keys()) violations.push(`${position} was handled, and is not in the log`);
  return violations;
}
