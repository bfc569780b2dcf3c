import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../processes.js';
import { createCatalogue } from './catalogue.js';
import { Journal } from './journal.js';
import { Listener, type Room } from './listener.js';
import type { Instance } from './instance.js';
import { Searcher } from './searcher.js';
import type { System } from './system.js';
import { Targets } from './targets.js';
import { type ClientOptions, Writer } from './writer.js';

export interface LoadOptions {
  writers?: number;
  searchers?: number;
  /** Milliseconds a client waits for an answer. */
  timeoutMs?: number;
  /** Whether some sockets are in the room of all products, so that their instances need every event. */
  general?: boolean;
  /** See `ClientOptions`; then every answer must be one of success. */
  retry?: boolean;
  /** Whom clients turn to; by default all instances that run, also those that don't answer. */
  targets?: () => readonly Instance[];
}

/** Acknowledged writes with which a load has begun, and milliseconds that many clients on a busy machine may take. */
const FIRST_WRITES = 60;
const BEGINS_WITHIN = 30_000;
/** Milliseconds between a client's answer and its next request: a steady load, not as much as the machine can bear. */
const THINK_TIME = 15;

/** Writers, searchers and screens that go on whatever happens, until they are told to stop. */
export class Load {
  readonly journal = new Journal();
  readonly listeners: Listener[] = [];
  private stopping = false;
  private clients: Promise<unknown> = Promise.resolve();

  private constructor(private readonly system: System) {}

  static async start(system: System, options: LoadOptions = {}): Promise<Load> {
    const { writers = 6, searchers = 4, timeoutMs = 2_000, retry = false, general = true } = options;
    const known = options.targets ?? (() => system.running);
    const load = new Load(system);
    const catalogue = await createCatalogue(system.client, known()[0]!.url);
    const { journal } = load;
    for (const { id, version } of catalogue.products) journal.acknowledge({ id, version });

    const rooms: Room[] = [
      ...(general ? ([{ type: 'general' }, { type: 'general' }] as const) : []),
      ...catalogue.vendorIds.map((vendorId) => ({ type: 'vendor' as const, vendorId })),
      ...catalogue.categories.map((category) => ({ type: 'category' as const, category })),
    ];
    for (const room of rooms) {
      const listener = new Listener(room, known);
      load.listeners.push(listener);
      listener.connect();
    }
    await waitFor(() => load.listeners.every(({ listening }) => listening), {
      what: 'all sockets to be in their rooms',
    });

    const client: ClientOptions = {
      client: system.client,
      targets: new Targets(known),
      journal,
      catalogue,
      timeoutMs,
      retry,
    };
    const loops = [
      ...Array.from({ length: writers }, () => {
        const writer = new Writer(client);
        return load.repeat(() => writer.write());
      }),
      ...Array.from({ length: searchers }, () => {
        const searcher = new Searcher(client);
        return load.repeat(() => searcher.search());
      }),
    ];
    load.clients = Promise.all(loops);
    load.clients.catch(() => undefined); // told by `stop`
    await load.progress(FIRST_WRITES, BEGINS_WITHIN);
    return load;
  }

  /** Resolves when this many more writes have been acknowledged. */
  async progress(writes = 60, timeoutMs = 10_000): Promise<void> {
    const before = this.journal.acknowledged.length;
    const done = () => this.journal.acknowledged.length >= before + writes;
    await waitFor(done, { timeoutMs, what: `${writes} more acknowledged writes` });
  }

  /** Ends the writers and searchers and waits until every screen has what it was promised. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.clients;
    await this.system.heal();
    const { lastPosition } = await this.system.running[0]!.eventStats();
    await waitFor(() => this.listeners.every((listener) => this.reaches(listener, lastPosition)), {
      what: `all sockets to have got everything up to ${lastPosition}`,
    }).catch(() => undefined); // the audit says what is missing
  }

  close(): void {
    this.stopping = true;
    for (const listener of this.listeners) listener.close();
  }

  /** A socket isn't told of what is not for its room. The audit knows that better; here it is enough to be quick. */
  private reaches(listener: Listener, position: number): boolean {
    return listener.room.type !== 'general' || listener.position >= position;
  }

  private async repeat(step: () => Promise<void>): Promise<void> {
    while (!this.stopping) {
      await step();
      await pause(THINK_TIME);
    }
  }
}
