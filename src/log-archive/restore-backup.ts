import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { BACKUP_FORMAT, type BackupEnd, type BackupFrame, type BackupHead } from './backup-format.js';
import { type BackupTable, backupTables, quoted, schemaOf } from './backup-tables.js';
import { asRestoreError, IS_EMPTY, RestoreError } from './restore-errors.js';

/** More than any line of ours has; what is longer is no backup. */
const LONGEST_LINE = 1024 * 1024;

/** Bytes of a file that are looked at to tell what it is. */
const BEGINNING = 4_096;

/** The database has another history from now on; what was said of positions before goes for it, too. */
const BEGIN_EPOCH = `
  UPDATE event_log
  SET epoch = gen_random_uuid(), former = former || epoch || $1::uuid[], began_at = $2,
      system_identifier = NULL, timeline = NULL`;

export interface RestoredBackup {
  head: BackupHead;
  tables: number;
  rows: number;
}

/** Whether a file begins as a backup does. What else it is, or what is wrong with it, is for its reader to say. */
export async function isBackup(path: string): Promise<boolean> {
  const beginning = Buffer.alloc(BEGINNING);
  const file = await open(path);
  try {
    const { bytesRead } = await file.read(beginning, 0, BEGINNING, 0);
    // Not all of it is there: what can be unpacked of it is enough.
    const text = gunzipSync(beginning.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH });
    return text.toString('utf8', 0, 100).startsWith(`{"format":"${BACKUP_FORMAT}"`);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/**
 * Reads a backup into an empty database of the same schema, in the caller's transaction: whatever it throws, nothing
 * must be kept. A new epoch begins, so clients that knew more than the backup has fetch anew.
 *
 * @param onRead bytes of the file that have been read
 * @throws {RestoreError} if the database isn't empty or of another schema, or the file isn't whole
 */
export async function restoreBackup(
  client: pg.Client,
  path: string,
  onRead: (bytes: number) => void,
): Promise<RestoredBackup> {
  const { rows } = await client.query<{ empty: boolean }>(IS_EMPTY);
  if (!rows[0]!.empty) throw new RestoreError('the database is not empty: a backup is restored into a new one');
  const before = await client.query<{ epochs: string[] }>('SELECT former || epoch AS epochs FROM event_log');
  await dropProjections(client);
  const tables = await backupTables(client);
  await client.query('SET LOCAL statement_timeout = 0');
  const names = tables.map(({ name }) => quoted(name));
  // What triggers would make of the rows is in the backup itself.
  for (const name of names) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  await client.query(`TRUNCATE ${names.join(', ')}`);
  const writing = new BackupWriting(client, tables);
  let read = 0;
  let restored: RestoredBackup;
  try {
    await pipeline(
      createReadStream(path),
      async function* (file: AsyncIterable<Buffer>) {
        for await (const chunk of file) {
          read += chunk.length;
          onRead(read);
          yield chunk;
        }
      },
      createGunzip(),
      (text: AsyncIterable<Buffer>) => writing.read(text),
    );
    restored = writing.end();
  } catch (error) {
    await writing.abandon();
    throw asRestoreError(error, 'backup');
  }
  for (const name of names) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
  for (const { name, counted } of tables) for (const column of counted) await client.query(nextOf(name, column));
  await client.query(BEGIN_EPOCH, [before.rows[0]!.epochs, restored.head.position]);
  return restored;
}

/** Those of a server that has run on the empty database: its start registers them anew, and builds them of the log. */
async function dropProjections(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: string; tables: string[] }>(
    'SELECT id::text, tables FROM projection_builds',
  );
  for (const { id, tables } of rows) {
    for (const table of tables) {
      await client.query(`DROP VIEW IF EXISTS ${quoted(table)}`);
      await client.query(`DROP TABLE IF EXISTS ${quoted(`${table}_${id}`)}`);
    }
  }
  await client.query('DELETE FROM projection_builds');
}

const nextOf = (table: string, column: string): string => `
  SELECT setval(pg_get_serial_sequence('${quoted(table)}', '${column}'),
                greatest((SELECT max(${quoted(column)}) FROM ${quoted(table)}), 1))`;

/** A table whose rows are being written. */
interface Copying {
  table: string;
  stream: CopyStreamQuery;
  ended: Promise<void>;
  failure?: unknown;
  /** Lets the one go on that waits for room. */
  wake: () => void;
}

class BackupWriting {
  private head: BackupHead | undefined;
  private ended: BackupEnd | undefined;
  private rows = 0;
  private readonly done = new Set<string>();
  private copy: Copying | undefined;
  private readonly hash = createHash('sha256');
  /** Bytes of the frame that are still to come. */
  private due = 0;
  private line: Buffer[] = [];

  constructor(
    private readonly client: pg.Client,
    private readonly tables: readonly BackupTable[],
  ) {}

  async read(text: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of text) {
      for (let at = 0; at < chunk.length;) at = await this.take(chunk, at);
    }
  }

  end(): RestoredBackup {
    const { head, ended, rows, done } = this;
    if (!head || !ended) throw new RestoreError('the file is cut off: it has no end');
    if (ended.sha256 !== this.hash.digest('hex') || ended.rows !== rows || ended.tables !== done.size) {
      throw new RestoreError('the file is damaged: its checksum is another one');
    }
    return { head, tables: done.size, rows };
  }

  /** Ends what has begun, so that the connection takes statements again; the caller rolls it back. */
  async abandon(): Promise<void> {
    await this.endCopy().catch(() => undefined);
  }

  /** @returns where what is left of the chunk begins */
  private async take(chunk: Buffer, at: number): Promise<number> {
    if (this.ended) throw new RestoreError('the file goes on behind its end');
    if (this.due > 0) {
      const bytes = chunk.subarray(at, at + this.due);
      this.hash.update(bytes);
      this.due -= bytes.length;
      await this.write(bytes);
      return at + bytes.length;
    }
    const feed = chunk.indexOf(0x0a, at);
    const end = feed < 0 ? chunk.length : feed + 1;
    this.line.push(chunk.subarray(at, end));
    if (this.line.reduce((sum, { length }) => sum + length, 0) > LONGEST_LINE) {
      throw new RestoreError('the file is no backup, or was damaged');
    }
    if (feed >= 0) {
      const line = Buffer.concat(this.line);
      this.line = [];
      await this.takeLine(line);
    }
    return end;
  }

  private async takeLine(line: Buffer): Promise<void> {
    const value = JSON.parse(line.toString()) as BackupHead & BackupFrame & { end?: BackupEnd };
    if (!value.end) this.hash.update(line);
    if (!this.head) {
      if (value.format !== BACKUP_FORMAT) throw new RestoreError('the file is no backup, or of a later version');
      const schema = await schemaOf(this.client);
      if (value.schema !== schema) {
        throw new RestoreError(
          `the backup has the schema ${value.schema}, this version ${schema}: restore it with its own`,
        );
      }
      this.head = value;
      return;
    }
    if (this.copy?.table !== value.table) await this.endCopy();
    if (value.end) this.ended = value.end;
    else this.begin(value);
  }

  private begin({ table, columns, bytes }: BackupFrame): void {
    this.due = bytes;
    if (this.copy) return;
    const known = this.tables.find(({ name }) => name === table);
    if (!known || columns.some((column) => !known.columns.includes(column)) || this.done.has(table)) {
      throw new RestoreError(`the backup has a table ${table} that this version does not know`);
    }
    const stream = this.client.query(copyFrom(`COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) FROM STDIN`));
    const copy: Copying = { table, stream, ended: finished(stream), wake: () => undefined };
    // It is awaited where the table ends; what goes wrong before shows at the next write.
    copy.ended.catch((error: unknown) => {
      copy.failure = error;
      copy.wake();
    });
    stream.on('drain', () => copy.wake());
    this.copy = copy;
  }

  private async write(bytes: Buffer): Promise<void> {
    const copy = this.copy!;
    if (copy.failure === undefined && !copy.stream.write(bytes)) {
      await new Promise<void>((resolve) => (copy.wake = resolve));
    }
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what PostgreSQL or the driver has said
    if (copy.failure !== undefined) throw copy.failure;
  }

  private async endCopy(): Promise<void> {
    if (!this.copy) return;
    const { table, stream, ended } = this.copy;
    this.copy = undefined;
    stream.end();
    await ended;
    this.rows += stream.rowCount;
    this.done.add(table);
  }
}
