import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EventContent, Product } from '../../../contracts/index.js';
import { SqlClient } from '../../../database/index.js';
import { EventReaction, type InvalidatableCache } from '../../../events/index.js';
import { PeriodicJob } from '../../../infra/index.js';
import { wordsOf } from '../../text/words.js';
import { READ_PLACES, READ_TEXTS } from './known-words.sql.js';
import { Places } from './places.js';
import { Vocabulary } from './vocabulary.js';
import type { Words } from './readings.js';

/** Milliseconds between two looks at what other instances have written. */
const EVERY = 5_000;
/** Texts of one look, and how many looks one turn takes at most. */
const TEXTS = 1_000;
const LOOKS = 20;

/**
 * The words of the catalogue, as far as this process has heard of them: at once what it writes itself, before the
 * change is acknowledged; within seconds what others write. Searches find what is spelled as it is stored without them,
 * so nothing that is late here makes a page old.
 */
@Injectable()
@EventReaction({ to: 'cache', order: 5 })
export class KnownWords implements Words, InvalidatableCache, OnApplicationBootstrap, OnModuleDestroy {
  readonly vocabulary = new Vocabulary();
  readonly places = new Places();
  private readonly logger = new Logger(KnownWords.name);
  private job: PeriodicJob | undefined;
  /** Id of the text that was looked at last, and when the last vendor was changed that has been. */
  private lastText = '0';
  private lastVendor = '-infinity';

  constructor(private readonly sql: SqlClient) {}

  readonly commonness = (good: string): number => this.vocabulary.reportsOf(good);

  /** Rises when a query may be read otherwise than before. */
  get version(): number {
    return this.vocabulary.version + this.places.version;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.look().catch((error: unknown) => this.logger.debug(error));
    this.job = new PeriodicJob(KnownWords.name, EVERY, () => this.look());
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  invalidate(events: readonly EventContent[]): Promise<boolean> {
    for (const event of events) {
      if (event.vendor) this.places.add(event.vendor);
      else if (event.eventType === 'product_created') this.learn(event.product);
      else if (event.eventType === 'product_updated') this.learn(event.product);
    }
    return Promise.resolve(true);
  }

  /** What is gone is only looked for in vain. */
  clear(): Promise<boolean> {
    return Promise.resolve(true);
  }

  renewLease(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Takes in what has been written since the last look. */
  async look(): Promise<void> {
    const vendors = await this.sql.query<VendorRow>(READ_PLACES, [this.lastVendor]);
    for (const vendor of vendors) this.places.add(vendor);
    this.lastVendor = vendors.at(-1)?.changed ?? this.lastVendor;
    for (let look = 0; look < LOOKS && !this.vocabulary.isFull; look += 1) {
      const texts = await this.sql.query<{ id: string; words: string[] }>(READ_TEXTS, [this.lastText, TEXTS]);
      this.vocabulary.learn(texts.flatMap(({ words }) => words));
      this.lastText = texts.at(-1)?.id ?? this.lastText;
      if (texts.length < TEXTS) return;
    }
  }

  private learn({ name, names, variety }: Product): void {
    this.vocabulary.learn([name, ...Object.values(names), variety ?? ''].flatMap(wordsOf));
  }
}

interface VendorRow {
  state: string | null;
  district: string | null;
  market: string | null;
  changed: string;
}
