import type { InventoryEvent, LeasedEvents } from '../../../src/contracts/index.js';
import { keyOf } from '../../../src/contracts/index.js';
import type { HttpClient } from './http-client.js';
import type { Instance } from './instance.js';

/** A program that consumes over HTTP from whatever instance answers, as patient as a client has to be. */
export class OutsideConsumer {
  /** What went against the promises, in words. */
  readonly violations: string[] = [];
  /** Acknowledged for sure, and those of acknowledgements without an answer. */
  readonly acknowledged = new Map<string, InventoryEvent>();
  readonly unknown = new Map<string, InventoryEvent>();
  private readonly lastOfKey = new Map<string, number>();
  private stopping = false;
  private turn = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: HttpClient,
    private readonly targets: () => readonly Instance[],
    private readonly name: string,
    private readonly authorization: string,
  ) {}

  start(): void {
    this.running = this.consume();
  }

  /** Resolves when what is under way has come to its end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async consume(): Promise<void> {
    while (!this.stopping) {
      const leased = await this.send<LeasedEvents>('GET', 'events?max=50&waitSeconds=1');
      if (leased?.status === 200 && leased.body.lease) await this.handle(leased.body);
      else if (leased?.status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async handle({ lease, events, position }: LeasedEvents): Promise<void> {
    for (const event of events) {
      if (this.acknowledged.has(event.eventId))
        this.violations.push(`${event.position} came after it was acknowledged`);
      const last = this.lastOfKey.get(keyOf(event)) ?? 0;
      const isAgain = event.position <= last;
      if (isAgain && !this.seen.has(event.eventId)) this.violations.push(`${event.position} came after ${last}`);
      this.seen.add(event.eventId);
      this.lastOfKey.set(keyOf(event), Math.max(last, event.position));
    }
    const answer = await this.send('POST', 'ack', { lease, position });
    const into = answer?.status === 204 ? this.acknowledged : answer === undefined ? this.unknown : undefined;
    if (answer && answer.status >= 500) for (const event of events) this.unknown.set(event.eventId, event);
    for (const event of events) into?.set(event.eventId, event);
  }

  private readonly seen = new Set<string>();

  /** Undefined if there was no answer. */
  private async send<Body>(method: string, path: string, body?: unknown) {
    const running = this.targets();
    const target = running[(this.turn += 1) % running.length];
    if (!target) return undefined;
    const url = `${target.url}/api/consumers/${this.name}/${path}`;
    const { authorization } = this;
    try {
      return await this.client.send<Body>(method, url, { body, headers: { authorization }, timeoutMs: 4_000 });
    } catch {
      return undefined;
    }
  }
}
