import { createHash } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { BACKUP_FORMAT, type BackupFrame, type BackupHead, KEPT_ROWS } from './backup-format.js';
import { writeNewFile } from './new-file.js';
import { type BackupTable, backupTables, quoted, schemaOf } from './backup-tables.js';

/** Bytes of a frame, about: what comes from PostgreSQL is a row at a time. */
const FRAME = 256 * 1024;

const HEAD = `
  SELECT epoch, former,
         greatest((SELECT max(position) FROM inventory_events), moved_up_to, 0)::float8 AS position
  FROM event_log`;

export interface BackupResult extends Pick<BackupHead, 'epoch' | 'position'> {
  tables: number;
  rows: number;
}

/**
 * Copies all tables of the product into a new file, as of one moment, while servers go on: `docs/operations.md`,
 * "Backup". It needs no program of PostgreSQL's and no right but to read. The file is there when it is whole, and no
 * file of before is overwritten. After an error the connection is good for nothing but its end.
 *
 * @param onProgress bytes of rows so far
 */
export async function backUp(
  client: pg.Client,
  path: string,
  onProgress: (bytes: number) => void,
): Promise<BackupResult> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query('SET LOCAL statement_timeout = 0');
  const copying = new DatabaseCopying(client, onProgress);
  // What fails may leave the connection in the midst of a COPY, where it takes no other statement: its owner ends it.
  await writeNewFile(path, copying.bytes(), () => client.query('COMMIT'));
  return copying.result;
}

class DatabaseCopying {
  result: BackupResult = { epoch: '', position: 0, tables: 0, rows: 0 };
  private readonly hash = createHash('sha256');
  private copied = 0;

  constructor(
    private readonly client: pg.Client,
    private readonly onProgress: (bytes: number) => void,
  ) {}

  async *bytes(): AsyncGenerator<Buffer, void, undefined> {
    for await (const bytes of this.parts()) {
      this.hash.update(bytes);
      yield bytes;
    }
    const { tables, rows } = this.result;
    yield line({ end: { tables, rows, sha256: this.hash.digest('hex') } });
  }

  private async *parts(): AsyncGenerator<Buffer, void, undefined> {
    const { epoch, former, position } = (
      await this.client.query<Pick<BackupHead, 'epoch' | 'former' | 'position'>>(HEAD)
    ).rows[0]!;
    Object.assign(this.result, { epoch, position });
    const schema = await schemaOf(this.client);
    const takenAt = new Date().toISOString();
    yield line({ format: BACKUP_FORMAT, epoch, former, position, schema, takenAt } satisfies BackupHead);
    for (const table of await backupTables(this.client)) {
      yield* this.rowsOf(table);
      this.result.tables += 1;
    }
  }

  private async *rowsOf({ name, columns }: BackupTable): AsyncGenerator<Buffer, void, undefined> {
    const rows = `SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(name)} ${KEPT_ROWS.get(name) ?? ''}`;
    const copy = this.client.query(copyTo(`COPY (${rows}) TO STDOUT`));
    const frame = (bytes: number): Buffer => line({ table: name, columns, bytes } satisfies BackupFrame);
    let parts: Buffer[] = [];
    let size = 0;
    for await (const part of copy as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      this.copied += part.length;
      if (size < FRAME) continue;
      yield frame(size);
      yield* parts;
      this.onProgress(this.copied);
      parts = [];
      size = 0;
    }
    yield frame(size);
    yield* parts;
    this.result.rows += copy.rowCount;
  }
}

const line = (value: object): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
