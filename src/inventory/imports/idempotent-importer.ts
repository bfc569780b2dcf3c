import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { PoolClient } from 'pg';
import type { ImportSummary } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { IdempotencyKeyReusedError, IdempotencyKeys, type KeyOwner, ReplayBarrier } from '../../idempotency/index.js';
import { UnavailableError } from '../../infra/index.js';
import type { Caller } from '../event-origin.js';
import { AgmarknetImporter } from './agmarknet-importer.js';
import type { ChunkSource } from './price-file/chunk-source.js';
import type { FileParameters } from './price-file/file-reader.js';
import { HashedFile } from './hashed-file.js';
import { withImportLock } from './import-lock.js';
import { ImportMetrics } from './import.metrics.js';
import { ImportPageSizes } from './import-page-sizes.js';
import { ImportStaging, type StagedPage, type StagedPlace } from './import-staging.js';
import { KeyedMutex } from './keyed-mutex.js';

/** The `Idempotency-Key` of an import, and how to hash the request once the body's hash is known. */
export interface ImportKey {
  owner: KeyOwner;
  hashOf: (body: Buffer) => Buffer;
  caller: Caller;
  parameters: FileParameters;
}

export interface KeyedImport {
  summary: ImportSummary;
  /** Whether it had been done before. */
  replayed: boolean;
}

/** How far an import has come; stored in the transaction of the rows it speaks of. */
interface Progress {
  summary: ImportSummary;
  /** The last row that took effect. */
  after: StagedPlace | null;
}

/** As it may have been stored by an instance of a version before. */
interface StoredProgress {
  summary: Partial<ImportSummary>;
  after: StagedPlace | { date: string; line: number } | null;
}

/** Members that a former version didn't store are those of the file as it has just been taken in. */
function current({ summary, after }: StoredProgress, taken: ImportSummary): Progress {
  return {
    summary: { ...taken, ...summary },
    after: after && 'date' in after ? { day: after.date, line: after.line } : after,
  };
}

/**
 * An import under a key. A file of any length in one transaction would keep its rows locked for as long as it takes, so
 * each page is a transaction of its own, with its progress. A retry after a crash goes on behind the pages that are
 * done, and its answer is what the first one's would have been.
 */
@Injectable()
export class IdempotentImporter {
  private readonly turns = new KeyedMutex();

  constructor(
    private readonly importer: AgmarknetImporter,
    private readonly keys: IdempotencyKeys,
    private readonly barrier: ReplayBarrier,
    private readonly sql: SqlClient,
    private readonly pageSizes: ImportPageSizes,
    private readonly metrics: ImportMetrics,
  ) {}

  /** Throws what `AgmarknetImporter.import` does, and `IdempotencyKeyReusedError` for another file. */
  import(file: ChunkSource, key: ImportKey): Promise<KeyedImport> {
    const name = `${key.owner.principal.toString('hex')} ${key.owner.key}`;
    return this.turns.take(name, async () => {
      if (await this.keys.isAnswered(key.owner)) return this.replay(file, key);
      return this.importer.withConnection((connection) =>
        withImportLock(connection, name, async () => {
          // Another instance may have done it while this one waited.
          if (await this.keys.isAnswered(key.owner)) return this.replay(file, key);
          return this.work(file, key, connection);
        }),
      );
    });
  }

  private async replay(file: ChunkSource, { owner, hashOf }: ImportKey): Promise<KeyedImport> {
    const known = await this.keys.find(owner, hashOf(await HashedFile.digestOf(file)));
    if (!known || !('answer' in known)) throw new IdempotencyKeyReusedError();
    await this.barrier.passed();
    return { summary: JSON.parse(known.answer.body!.toString('utf8')) as ImportSummary, replayed: true };
  }

  private async work(file: ChunkSource, key: ImportKey, connection: PoolClient): Promise<KeyedImport> {
    const { owner, hashOf, parameters } = key;
    const staging = new ImportStaging(connection);
    const hashed = new HashedFile(file);
    const staged = await this.importer.stage(hashed, parameters, staging);
    let progress = await this.resume(owner, hashOf(hashed.digest()), { summary: staged, after: null });
    const resumed = progress.after !== null;
    for await (const page of staging.pages(this.pageSizes.keyed, progress.after)) {
      progress = await page.follow(this.applyPage(page, progress, key));
    }
    await staging.drop();
    const { summary } = progress;
    await this.keys.keepResponse(owner, { status: 200, headers: {}, body: Buffer.from(JSON.stringify(summary)) });
    this.metrics.done(summary);
    // The process that did the first pages may have died before it invalidated any cache.
    if (resumed) await this.barrier.passed();
    return { summary, replayed: false };
  }

  /**
   * Lets a page take effect if `before` is still how far the import has come; returns how far it is then.
   *
   * @throws UnavailableError if another request has gone on with it: a lock goes with its connection, while a
   * transaction of the one who had it may still be about to commit. Pages that it commits are of a state that this
   * import hasn't seen.
   */
  private applyPage(page: StagedPage, before: Progress, { owner, caller }: ImportKey): Promise<Progress> {
    return this.sql.transaction(async () => {
      const summary = structuredClone(before.summary);
      await this.importer.apply(page, summary, caller);
      const done: Progress = { summary, after: page.end };
      if (await this.keys.keepProgress(owner, { before, done })) return done;
      throw new UnavailableError('Another request goes on with this import');
    });
  }

  /** What has been done under this key, or `start` if nothing has. */
  private async resume(owner: KeyOwner, hash: Buffer, start: Progress): Promise<Progress> {
    if (await this.keys.claim(owner, hash, start)) return start;
    const known = await this.keys.find(owner, hash);
    // An answer can't be: the lock is held, and only imports have such a hash.
    if (!known || !('progress' in known)) throw new IdempotencyKeyReusedError();
    const stored = known.progress as StoredProgress;
    const progress = current(stored, start.summary);
    // Of a former version, it takes the form of this one first, since progress is only kept in place of what is there.
    if (isDeepStrictEqual(stored, progress)) return progress;
    if (await this.keys.keepProgress(owner, { before: stored, done: progress })) return progress;
    throw new UnavailableError('Another request goes on with this import');
  }
}
