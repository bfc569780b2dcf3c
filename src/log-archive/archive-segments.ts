import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type pg from 'pg';
import { type FiledSegment, readSegmentFile, readSegmentOf, segmentFiles, writeSegmentFile } from './segment-files.js';
import { notesHash } from '../sealed-log/index.js';
import { readMoved } from './moved-records.js';

const SEGMENT_COLUMNS = `
  first::float8, last::float8, epoch, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash, size::float8,
  archived_to AS "archivedTo"`;

const NEXT = `SELECT ${SEGMENT_COLUMNS}, packed FROM log_segments WHERE first > $1 ORDER BY first LIMIT 1`;

const SET_ARCHIVED = 'UPDATE log_segments SET archived_to = $2 WHERE first = $1';

/** Segments that end before a position, but for the newest one, which the chain goes on from. */
const BEFORE = `
  SELECT ${SEGMENT_COLUMNS} FROM log_segments
  WHERE last < $1 AND last < (SELECT max(last) FROM log_segments) ORDER BY first`;

/** Events that failed are read again when they are tried again, though the checkpoint is behind them. */
const BEHIND = `
  SELECT consumer, parked FROM (
    SELECT consumer, position, false AS parked FROM consumer_partitions WHERE position < $1
    UNION ALL SELECT consumer, position, true FROM consumer_failures WHERE position <= $1
  ) behind ORDER BY position LIMIT 1`;

const DROP = `
  WITH noted AS (
    UPDATE event_log SET dropped_up_to = $1 WHERE dropped_up_to < $1 AND moved_up_to >= $1 RETURNING dropped_up_to
  )
  DELETE FROM log_segments WHERE last <= (SELECT dropped_up_to FROM noted)`;

const FIRST_KEPT = `
  SELECT first::float8, encode(previous, 'hex') AS previous FROM log_segments ORDER BY first LIMIT 1`;

const PUT_BACK = `
  INSERT INTO log_segments (first, last, epoch, previous, hash, size, packed, packed_hash, keys, from_time, until_time,
                            times, digests, notes_hash, archived_to)
  VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6, $7, sha256($7), $8, $9, $10, $11, $12, $13, $14)`;

/** Why segments can't be archived, dropped or put back, in words. */
export class ArchiveError extends Error {}

type KeptSegment = FiledSegment & { archivedTo: string | null };

/**
 * Writes a file of every segment that has none in the folder yet.
 *
 * @param onProgress segments so far
 * @returns the last position that the folder has
 */
export async function archiveSegments(
  client: pg.Client,
  to: string,
  onProgress: (segments: number) => void = () => undefined,
): Promise<{ written: number; last: number }> {
  const folder = resolve(to);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let [after, last, written] = [0, 0, 0];
  for (;;) {
    const { rows } = await client.query<KeptSegment & { packed: Buffer }>(NEXT, [after]);
    const [segment] = rows;
    if (!segment) return { written, last };
    if (segment.archivedTo !== folder || !(await isFiled(folder, segment))) {
      await expectNoOther(folder, segment);
      await writeSegmentFile(folder, segment, segment.packed);
      if (!(await isFiled(folder, segment))) throw broken(segment);
      await client.query(SET_ARCHIVED, [segment.first, folder]);
      written += 1;
    }
    [after, last] = [segment.first, segment.last];
    onProgress(written);
  }
}

async function isFiled(folder: string, segment: FiledSegment): Promise<boolean> {
  try {
    return (await readSegmentOf(folder, segment)).hash === segment.hash;
  } catch {
    return false;
  }
}

/** A folder that is another log's has the only copy of what that one has dropped. */
async function expectNoOther(folder: string, segment: FiledSegment): Promise<void> {
  const there = await readSegmentOf(folder, segment).catch(() => undefined);
  if (!there || there.hash === segment.hash) return;
  const { first, last } = segment;
  throw new ArchiveError(`${folder} has positions ${first} to ${last} of another log: take another folder`);
}

const broken = ({ first, last }: FiledSegment): ArchiveError =>
  new ArchiveError(`positions ${first} to ${last} can't be archived: npm run verify says what is wrong with them`);

/** Segments that may be dropped, all of which have whole files. */
export interface Droppable {
  segments: number;
  /** Last position that goes; 0 if none does. */
  last: number;
}

/**
 * What ends before a position and is in an archive.
 *
 * @param folder of the archive; by default the one that each was written to
 * @throws ArchiveError if something isn't, has not moved out of the table, or a consumer hasn't passed it
 */
export async function droppable(client: pg.Client, before: number, folder?: string): Promise<Droppable> {
  const { movedUpTo } = await readMoved(client);
  const { rows } = await client.query<KeptSegment>(BEFORE, [before]);
  const last = rows.at(-1)?.last ?? 0;
  if (last > movedUpTo) {
    const moved = movedUpTo === 0 ? 'and none have' : `which they have up to position ${movedUpTo}`;
    throw new ArchiveError(`only events that have moved out of the table can be dropped, ${moved} (LOG_RETENTION)`);
  }
  for (const segment of rows) {
    const archive = folder === undefined ? segment.archivedTo : resolve(folder);
    if (archive === null || !(await isFiled(archive, segment))) {
      const of = `positions ${segment.first} to ${segment.last}`;
      throw new ArchiveError(`no archive has ${of}: npm run log -- archive --to DIR first`);
    }
  }
  const { rows: behind } = await client.query<{ consumer: string; parked: boolean }>(BEHIND, [last]);
  if (behind[0]) {
    const { consumer, parked } = behind[0];
    const what = parked ? `has failed or parked events up to` : 'has not passed';
    throw new ArchiveError(`the consumer ${consumer} ${what} position ${last}`);
  }
  return { segments: rows.length, last };
}

/** Drops segments up to a position that `droppable` has given. */
export async function dropSegments(client: pg.Client, last: number): Promise<void> {
  const { rowCount } = await client.query(DROP, [last]);
  if (rowCount === 0) throw new ArchiveError(`positions up to ${last} have been dropped already`);
}

/**
 * Puts what was dropped back from an archive, as far as the folder has it without a gap. In one transaction.
 *
 * @returns the first position that is kept now
 * @throws ArchiveError, SegmentFileError if a file isn't what was sealed
 */
export async function returnSegments(client: pg.Client, folder: string): Promise<{ segments: number; first: number }> {
  const names = await segmentFiles(folder);
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ first: number; previous: string | null }>(FIRST_KEPT);
    if (!rows[0]) throw new ArchiveError('the database has no segment that others could be put before');
    let { first, previous } = rows[0];
    let segments = 0;
    for (const name of names.toReversed()) {
      if (Number(name.split(/[-.]/)[2]) !== first - 1) continue;
      const segment = await readSegmentFile(folder, name);
      if (segment.hash !== previous) throw new ArchiveError(`${name} is of another log: its hash is not ${previous}`);
      const { packed, notes, contents } = segment;
      const noted = notesHash({ ...segment, ...contents }, notes);
      await client.query(PUT_BACK, [
        ...[segment.first, segment.last, segment.epoch, segment.previous, segment.hash, segment.size, packed],
        ...[contents.keys, contents.from, contents.until, notes.times, notes.digests, noted, resolve(folder)],
      ]);
      [first, previous] = [segment.first, segment.previous];
      segments += 1;
    }
    await client.query('UPDATE event_log SET dropped_up_to = $1 WHERE dropped_up_to >= $1', [first - 1]);
    await client.query('COMMIT');
    return { segments, first };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
