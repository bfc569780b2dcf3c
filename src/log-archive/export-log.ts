import { createHash } from 'node:crypto';
import type pg from 'pg';
import {
  exportLine,
  linesOf,
  namesDigest,
  readRecord,
  RECORD_COLUMNS,
  type RecordRow,
  unpackSegment,
} from '../sealed-log/index.js';
import { movedRecords, readMoved } from './moved-records.js';
import { writeNewFile } from './new-file.js';
import { type ArchiveHead, type ArchiveSeal, FORMAT, SAVED_TABLES, type VendorSalt } from './archive-format.js';

/** Events that are read at once. */
const BATCH = 500;

const HEAD = `
  SELECT l.epoch, l.former, (SELECT coalesce(max(position), 0) FROM inventory_events)::float8 AS position FROM event_log l`;

const SEALS = `
  SELECT first::float8, last::float8, epoch, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash
  FROM log_segments ORDER BY first`;

const SALTS = `
  SELECT vendor_id AS "vendorId", encode(salt, 'hex') AS salt, removed_up_to::float8 AS "removedUpTo"
  FROM vendor_salts ORDER BY vendor_id`;

const SAVED = `SELECT row_to_json(t) AS row FROM (`;

const RECORDS = `SELECT ${RECORD_COLUMNS} FROM inventory_events WHERE position > $1 ORDER BY position LIMIT ${BATCH}`;

const PACKED = `SELECT packed FROM log_segments WHERE first = $1`;

/**
 * Writes the log to a file, as of one moment: all of `docs/operations.md`, "Export and restore". The file is there when
 * it is whole, and no file of before is overwritten.
 *
 * @param onProgress events so far, and of how many
 * @returns how many events it has
 */
export async function exportLog(
  client: pg.Client,
  path: string,
  onProgress: (events: number, of: number) => void,
): Promise<number> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const reading = new LogReading(client, onProgress);
    await writeNewFile(path, reading.bytes());
    return reading.events;
  } finally {
    await client.query('ROLLBACK');
  }
}

class LogReading {
  events = 0;
  private readonly hash = createHash('sha256');
  private salts = new Map<string, VendorSalt>();
  private seals: ArchiveSeal[] = [];
  private readonly sealed: SealedDigests;

  constructor(
    private readonly client: pg.Client,
    private readonly onProgress: (events: number, of: number) => void,
  ) {
    this.sealed = new SealedDigests(client);
  }

  async *bytes(): AsyncGenerator<Buffer, void, undefined> {
    for await (const text of this.texts()) {
      const bytes = Buffer.from(text);
      this.hash.update(bytes);
      yield bytes;
    }
    yield Buffer.from(line({ end: { events: this.events, sha256: this.hash.digest('hex') } }));
  }

  private async *texts(): AsyncGenerator<string, void, undefined> {
    const head = await this.one<Omit<ArchiveHead, 'format' | 'exportedAt'>>(HEAD);
    yield line({ format: FORMAT, ...head, exportedAt: new Date().toISOString() } satisfies ArchiveHead);
    this.seals = await this.all<ArchiveSeal>(SEALS);
    for (const seal of this.seals) yield line({ seal });
    for (const salt of await this.all<VendorSalt>(SALTS)) {
      this.salts.set(salt.vendorId, salt);
      yield line({ salt });
    }
    for (const [table, rows] of SAVED_TABLES) {
      for (const { row } of await this.all<{ row: object }>(`${SAVED}${rows}) t`)) yield line({ table, row });
    }
    for await (const rows of this.records(head.position)) {
      const lines: string[] = [];
      for (const row of rows) lines.push(exportLine(row, await this.digestOf(row)));
      yield lines.join('');
      this.events += rows.length;
      this.onProgress(this.events, head.position);
    }
  }

  private async *records(upTo: number): AsyncGenerator<RecordRow[], void, undefined> {
    const { movedUpTo, droppedUpTo } = await readMoved(this.client);
    if (droppedUpTo > 0) throw new Error(`the log begins at position ${droppedUpTo + 1}: put its archive back first`);
    yield* movedRecords(this.client);
    for (let last = movedUpTo; last < upTo;) {
      const rows = await this.all<RecordRow>(RECORDS, [last]);
      if (rows.length === 0) throw new Error(`the log has no event behind position ${last}`);
      yield rows;
      last = Number(rows.at(-1)!.position);
    }
  }

  /** Of a vendor's event: what is sealed in place of its names. */
  private async digestOf(row: RecordRow): Promise<string | undefined> {
    const position = Number(row.position);
    if (row.vendor === null || position > (this.seals.at(-1)?.last ?? 0)) return undefined;
    const salt = this.salts.get(row.vendorId);
    if (salt && position > salt.removedUpTo) return namesDigest(row, Buffer.from(salt.salt, 'hex'));
    return this.sealed.at(position, this.seals.find(({ last }) => position <= last)!.first);
  }

  private async one<Row extends object>(text: string): Promise<Row> {
    return (await this.all<Row>(text))[0]!;
  }

  private async all<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row & Record<string, unknown>>(text, values)).rows;
  }
}

/** Digests of names that have been removed, which only the segments have. */
class SealedDigests {
  private first = 0;
  private digests = new Map<number, string>();

  constructor(private readonly client: pg.Client) {}

  /** @param first position of the segment */
  async at(position: number, first: number): Promise<string | undefined> {
    if (first !== this.first) {
      const { rows } = await this.client.query<{ packed: Buffer }>(PACKED, [first]);
      const { bytes } = await unpackSegment(rows[0]!.packed);
      const [, ...events] = [...linesOf(bytes)].filter((text, index) => index === 0 || text.includes('"names":"'));
      const records = events.map(readRecord).filter(({ digest }) => digest !== undefined);
      this.digests = new Map(records.map(({ row, digest }) => [Number(row.position), digest!]));
      this.first = first;
    }
    return this.digests.get(position);
  }
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
