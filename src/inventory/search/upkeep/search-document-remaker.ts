import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { SearchedFields, Vendor } from '../../../contracts/index.js';
import { SqlClient } from '../../../database/index.js';
import { EventsStatus, InventoryEventService } from '../../../events/index.js';
import { inSlices, PeriodicJob } from '../../../infra/index.js';
import { productLexemes, vendorLexemes } from '../../text/search-document.js';
import { searchDocumentsVersion } from '../../text/search-documents-version.js';
import {
  type Documented,
  READ_DOCUMENTS_VERSION,
  readDocumented,
  remakeDocuments,
  WRITE_DOCUMENTS_VERSION,
} from './remake-search-documents.sql.js';

/** Milliseconds between turns, and how long a turn works: the rest is left to writers. */
const EVERY = 1_000;
const TURN = 300;
/** Turns as the leader before the first look: a start has more urgent work. */
const TURNS_BEFORE = 15;
/** Rows of one statement. */
const BATCH = 200;

type Row = { id: string; version: number } & SearchedFields & Vendor;

/**
 * Makes the search documents of products and vendors anew when they come from another version of the glossary or of
 * the rules for words. Which version they are of stands in the table `search_documents`; if it isn't this code's, the
 * leader goes through all rows, then empties the caches, which have pages of before, and notes its version. Until then
 * products are found by what their documents say; a product that is created or renamed has the new kind at once.
 *
 * The documents that an instance of the version before writes after that stay as they are until their products are
 * renamed or the version changes again.
 */
@Injectable()
export class SearchDocumentRemaker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SearchDocumentRemaker.name);
  private job: PeriodicJob | undefined;
  private turns = 0;
  /** Whether all documents are of this version; only a look tells. */
  private isDone = false;
  private version: string | undefined;
  private table: Documented = 'products';
  /** Id of the row that was looked at last. */
  private last = '';
  /** Rows that could not be looked at in this round. */
  private left = 0;
  private remade = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly events: EventsStatus,
    private readonly caches: InventoryEventService,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(SearchDocumentRemaker.name, EVERY, async () => {
      if (this.isDone || !this.events.leading) return;
      this.turns += 1;
      if (this.turns > TURNS_BEFORE) await this.turn(TURN);
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  /** Looks at rows for as long, and goes on there the next time. @param patience milliseconds */
  async turn(patience = Infinity): Promise<void> {
    this.version ??= await searchDocumentsVersion();
    const [stored] = await this.sql.query<{ version: string }>(READ_DOCUMENTS_VERSION);
    this.isDone = stored?.version === this.version;
    const began = performance.now();
    while (!this.isDone && performance.now() - began < patience) {
      if (!(await this.look(this.table)) && !(await this.nextTable())) return;
    }
  }

  /** @returns false if there are no more rows */
  private async look(table: Documented): Promise<boolean> {
    const rows = await this.sql.query<Row>(readDocumented(table), [this.last, BATCH]);
    const documents: { id: string; version: number; search: readonly string[] }[] = [];
    await inSlices(rows, (row) => {
      const search = table === 'products' ? productLexemes(row) : vendorLexemes(row);
      documents.push({ id: row.id, version: row.version, search });
    });
    if (rows.length > 0) {
      const [done] = await this.sql.query<{ looked: number; remade: number }>(remakeDocuments(table), [
        JSON.stringify(documents),
      ]);
      this.left += rows.length - done!.looked;
      this.remade += done!.remade;
      this.last = rows.at(-1)!.id;
    }
    return rows.length === BATCH;
  }

  /**
   * After the last table: the end, or another round for what was busy.
   *
   * @returns false if that round has to wait for the next turn
   */
  private async nextTable(): Promise<boolean> {
    this.last = '';
    this.table = this.table === 'products' ? 'vendors' : 'products';
    if (this.table === 'vendors') return true;
    if (this.left > 0) {
      this.left = 0;
      return false;
    }
    if (this.remade > 0) {
      await this.caches.clearAllCaches();
      this.logger.log(`${this.remade} search documents were of another version and have been made anew`);
    }
    await this.sql.query(WRITE_DOCUMENTS_VERSION, [this.version]);
    this.remade = 0;
    this.isDone = true;
    return true;
  }
}
