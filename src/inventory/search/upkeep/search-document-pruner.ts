import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsStatus } from '../../../events/index.js';
import { isLockTimeout, SqlClient } from '../../../database/index.js';
import { PeriodicJob } from '../../../infra/index.js';
import { LOOK_AT_TEXTS, removeUnusedDocumentsSql } from './prune-search-documents.sql.js';

/** Milliseconds between looks, and texts of one look. */
const EVERY = 20_000;
const LOOKED_AT = 2_000;
/** Texts that are removed while writers wait, and milliseconds that they wait at most before. */
const BATCH = 500;
const LOCK_TIMEOUT = 50;

/**
 * Removes the texts that no product has any more, as it has been renamed, moved or deleted: they are found in vain, and
 * a catalogue whose descriptions change every day would have more of them than of others. The leader goes through all
 * texts again and again.
 */
@Injectable()
export class SearchDocumentPruner implements OnApplicationBootstrap, OnModuleDestroy {
  private job: PeriodicJob | undefined;
  /** Id of the text that was looked at last. */
  private last = '0';

  constructor(
    private readonly sql: SqlClient,
    private readonly events: EventsStatus,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(SearchDocumentPruner.name, EVERY, async () => {
      if (this.events.leading) await this.look();
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  /** Looks at the next texts, and at the first ones after the last; removes none when writers keep it waiting. */
  async look(): Promise<void> {
    const [found] = await this.sql.query<{ last: string | null; unused: string[] }>(LOOK_AT_TEXTS, [
      this.last,
      LOOKED_AT,
    ]);
    const { last, unused } = found!;
    for (let from = 0; from < unused.length; from += BATCH) {
      if (!(await this.remove(unused.slice(from, from + BATCH)))) return;
    }
    this.last = last ?? '0';
  }

  /** @returns false if that has to wait */
  private remove(ids: readonly string[]): Promise<boolean> {
    return this.sql.withConnection(async (connection) => {
      try {
        await connection.query(removeUnusedDocumentsSql(ids, LOCK_TIMEOUT));
        return true;
      } catch (error) {
        if (isLockTimeout(error)) return false;
        throw error;
      }
    });
  }
}
