import { Injectable, Logger } from '@nestjs/common';
import { endsWithin } from '../infra/index.js';

/** Milliseconds a replay waits at most; whatever is older than that is covered by the bound on staleness (G2). */
const WAIT_AT_MOST = 3_000;

/**
 * A replayed 2xx acknowledges a change like the first one would have, so no search may miss the change after it (G1).
 * But who made it may have died before it invalidated any cache, or may be about to. Caches that follow changes
 * register here how to wait until all that is committed has reached them.
 */
@Injectable()
export class ReplayBarrier {
  private readonly logger = new Logger(ReplayBarrier.name);
  private readonly waits: (() => Promise<unknown>)[] = [];

  register(untilSettled: () => Promise<unknown>): void {
    this.waits.push(untilSettled);
  }

  /** Never rejects, and is bounded in time: the change has happened, and the client must get its answer. */
  async passed(): Promise<void> {
    const settled = Promise.all(this.waits.map((wait) => wait())).catch((error: unknown) => this.logger.warn(error));
    await endsWithin(WAIT_AT_MOST, settled);
  }
}
