import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { recordLine, type RecordRow, readRecord, type SealedEvent, sealSegment } from '../sealed-log/index.js';
import {
  type ArchiveEnd,
  type ArchiveHead,
  type ArchiveSeal,
  FORMAT,
  SAVED_TABLES,
  type VendorSalt,
} from './archive-format.js';
import { insertEvents } from './event-rows.js';
import { Lines } from './lines.js';
import { asRestoreError, IS_EMPTY, RestoreError } from './restore-errors.js';

/** Events of one statement, and characters of them: an event has all of its product with it. */
const BATCH_EVENTS = 500;
const BATCH_TEXT = 4 * 1024 * 1024;
const INSERT_SEGMENT = `
  INSERT INTO log_segments (first, last, epoch, previous, hash, size, packed, packed_hash, keys, from_time, until_time)
  VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, sha256($7), $8, $9, $10)`;

const INSERT_SALT = `
  INSERT INTO vendor_salts (vendor_id, salt, removed_up_to) VALUES ($1, decode($2, 'hex'), $3)`;

/** What was said of positions under the epochs of the file goes for this database as well, up to where the log ends. */
const TAKE_OVER = `
  UPDATE event_log
  SET epoch = gen_random_uuid(), former = $1::uuid[] || $2::uuid || former || epoch, began_at = $3`;

const NEXT_SEQ = `SELECT setval('inventory_events_seq_seq', greatest((SELECT max(seq) FROM inventory_events), 1))`;

interface SavedRow {
  table: string;
  row: object;
}

export interface RestoredLog {
  head: ArchiveHead;
  events: number;
  segments: number;
  /** For after the tables that they refer to. */
  saved: SavedRow[];
}

/**
 * Reads an exported log into an empty database: its events, and its segments, which are made anew from them and must
 * have the very hashes of the file. In the caller's transaction: whatever it throws, nothing must be kept.
 *
 * @param onProgress bytes of the file that have been read
 * @throws {RestoreError} if the database isn't empty, or the file is none, not whole, or was changed
 */
export async function restoreLog(
  client: pg.Client,
  path: string,
  onProgress: (bytes: number) => void,
): Promise<RestoredLog> {
  const { rows } = await client.query<{ empty: boolean }>(IS_EMPTY);
  if (!rows[0]!.empty) throw new RestoreError('the database is not empty: an exported log is restored into a new one');
  const writing = new LogWriting(client);
  try {
    await pipeline(
      createReadStream(path),
      async function* (file: AsyncIterable<Buffer>) {
        let bytes = 0;
        for await (const chunk of file) {
          bytes += chunk.length;
          onProgress(bytes);
          yield chunk;
        }
      },
      createGunzip(),
      async (text: AsyncIterable<Buffer>) => {
        const lines = new Lines();
        for await (const chunk of text) for (const line of lines.of(chunk)) await writing.take(line);
        if (lines.rest.length > 0) throw new RestoreError('the file ends in the middle of a line');
      },
    );
  } catch (error) {
    throw asRestoreError(error, 'exported log');
  }
  return writing.end();
}

class LogWriting {
  private head: ArchiveHead | undefined;
  private ended: ArchiveEnd | undefined;
  private events = 0;
  private segments = 0;
  private readonly hash: Hash = createHash('sha256');
  private readonly seals: ArchiveSeal[] = [];
  private readonly saved: SavedRow[] = [];
  private rows: RecordRow[] = [];
  private text = 0;
  private unsealed: SealedEvent[] = [];

  constructor(private readonly client: pg.Client) {}

  /** @param line with its end */
  async take(line: Buffer): Promise<void> {
    const text = line.toString('utf8').trimEnd();
    if (this.ended) throw new RestoreError('the file goes on behind its end');
    if (!text.startsWith('{"end":')) this.hash.update(line);
    if (text.startsWith('{"position":')) return this.takeEvent(text);
    const value = JSON.parse(text) as Partial<{ seal: ArchiveSeal; salt: VendorSalt; end: ArchiveEnd }> & ArchiveHead;
    if (!this.head) {
      if (value.format !== FORMAT) throw new RestoreError('the file is no exported log, or of a later version');
      this.head = value;
    } else if (value.seal) this.seals.push(value.seal);
    else if (value.salt) await this.takeSalt(value.salt);
    else if (value.end) this.ended = value.end;
    else this.saved.push(savedRow(value));
  }

  async end(): Promise<RestoredLog> {
    const { head, ended, events, segments, saved } = this;
    if (!head || !ended) throw new RestoreError('the file is cut off: it has no end');
    if (ended.sha256 !== this.hash.digest('hex') || ended.events !== events || head.position !== events) {
      throw new RestoreError('the file is damaged: its checksum is another one');
    }
    await this.flush();
    if (this.seals.length > 0) throw new RestoreError('the file lacks events that it has seals of');
    await this.client.query(NEXT_SEQ);
    await this.client.query(TAKE_OVER, [head.former, head.epoch, head.position]);
    return { head, events, segments, saved };
  }

  private async takeSalt({ vendorId, salt, removedUpTo }: VendorSalt): Promise<void> {
    await this.client.query(INSERT_SALT, [vendorId, salt, removedUpTo]);
  }

  private async takeEvent(text: string): Promise<void> {
    const { row, digest } = readRecord(text);
    this.events += 1;
    if (Number(row.position) !== this.events) throw new RestoreError(`the file lacks position ${this.events}`);
    this.rows.push(row);
    this.text += text.length;
    const [seal] = this.seals;
    if (seal) {
      this.unsealed.push({ row, line: recordLine(row, digest) });
      if (this.events === seal.last) await this.seal(this.seals.shift()!);
    }
    if (this.rows.length >= BATCH_EVENTS || this.text >= BATCH_TEXT) await this.flush();
  }

  private async flush(): Promise<void> {
    const { rows } = this;
    if (rows.length === 0) return;
    this.rows = [];
    this.text = 0;
    await insertEvents(this.client, rows);
  }

  private async seal({ first, last, epoch, previous, hash }: ArchiveSeal): Promise<void> {
    const events = this.unsealed;
    this.unsealed = [];
    // eslint-disable-next-line @typescript-eslint/require-await
    async function* batches(): AsyncGenerator<SealedEvent[]> {
      for (let start = 0; start < events.length; start += BATCH_EVENTS) yield events.slice(start, start + BATCH_EVENTS);
    }
    const segment = await sealSegment({ epoch, first, previous }, batches());
    if (segment.hash !== hash || segment.last !== last) {
      throw new RestoreError(`positions ${first} to ${last} of the file are not what was sealed`);
    }
    const { size, packed, keys, from, until } = segment;
    await this.client.query(INSERT_SEGMENT, [first, last, epoch, previous, hash, size, packed, keys, from, until]);
    this.segments += 1;
  }
}

function savedRow(value: object): SavedRow {
  const { table, row } = value as Partial<SavedRow>;
  if (table === undefined || row === undefined || !SAVED_TABLES.has(table)) {
    throw new RestoreError('the file has a line that this version does not know');
  }
  return { table, row };
}
