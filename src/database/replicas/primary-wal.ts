import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { endsWithin, NextTurn } from '../../infra/index.js';
import { SERVER_LIMITS } from '../connection-limits.js';
import { DatabaseUrl } from '../database-url.js';
import { answeredWithin, QueryPipelines } from '../query-pipelines.js';
import { type Identity, READ_IDENTITY, READ_PRIMARY } from './replica-check.sql.js';
import { timelineOf, type WalPosition } from './wal-position.js';

/** Milliseconds that the primary may take; what isn't known then is unknown. */
const ANSWERS_WITHIN = 500;
/** Positions are remembered a second apart, for ten minutes. */
const REMEMBER_EVERY = 1_000;
const REMEMBERED = 600;

/**
 * How far the primary's write-ahead log is. Asked after a commit, and before its acknowledgement, it is a position that
 * a replica has replayed only if it has the commit. All who ask before the question is sent share it.
 *
 * Without replicas nothing is ever asked.
 */
@Injectable()
export class PrimaryWal implements OnApplicationShutdown {
  /** Whether there are replicas, so that positions matter. */
  readonly inUse: boolean;
  /** The last one that the primary has named. */
  latest: WalPosition | undefined;
  private readonly logger = new Logger(PrimaryWal.name);
  private readonly pipelines: QueryPipelines;
  private readonly asking = new NextTurn(() => this.ask());
  /** With the moments of `performance.now()` when they were asked, in order. */
  private readonly past: { at: number; position: WalPosition }[] = [];

  constructor(databaseUrl: DatabaseUrl, { databaseReplicaUrls }: AppConfig) {
    this.inUse = databaseReplicaUrls.length > 0;
    this.pipelines = new QueryPipelines(databaseUrl, {
      name: 'mandi-inventory-sync WAL',
      settings: SERVER_LIMITS,
      most: 1,
    });
  }

  get timeline(): string | null {
    return this.latest === undefined ? null : timelineOf(this.latest);
  }

  /** Undefined without replicas, and if the primary doesn't answer soon. Never rejects. */
  async position(): Promise<WalPosition | undefined> {
    if (!this.inUse) return undefined;
    let position: WalPosition | undefined;
    try {
      const asked = this.asking.ask().then((answer) => void (position = answer));
      // Writers wait for it: not for a connection that takes seconds to be made.
      await endsWithin(ANSWERS_WITHIN, asked);
    } catch (error) {
      this.logger.debug(error);
    }
    return position;
  }

  /** Throws what the driver throws. */
  async identity(): Promise<Identity> {
    const asked = answeredWithin(ANSWERS_WITHIN, READ_IDENTITY);
    const [row] = await this.pipelines.query<Identity & Record<string, unknown>>(asked);
    return row!;
  }

  /** Seconds for which the primary has been further than this, as far as it was asked; 0 if it isn't known to be. */
  secondsAhead(position: WalPosition): number {
    const passed = this.past.find((one) => one.position > position);
    return passed ? (performance.now() - passed.at) / 1_000 : 0;
  }

  onApplicationShutdown(): Promise<void> {
    return this.pipelines.close();
  }

  private async ask(): Promise<WalPosition> {
    const asked = answeredWithin(ANSWERS_WITHIN, READ_PRIMARY);
    const [row] = await this.pipelines.query<{ position: WalPosition }>(asked);
    const { position } = row!;
    this.latest = position;
    const at = performance.now();
    // Earlier ones that are greater are of a history that was set back.
    while ((this.past.at(-1)?.position ?? '') > position) this.past.pop();
    if (at - (this.past.at(-1)?.at ?? -Infinity) >= REMEMBER_EVERY) this.past.push({ at, position });
    if (this.past.length > REMEMBERED) this.past.shift();
    return position;
  }
}
