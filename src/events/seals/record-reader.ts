import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Queries, SqlClient } from '../../database/index.js';
import { namesDigest, recordLine, type RecordRow, type SealedEvent } from '../../sealed-log/index.js';
import { ADD_SALTS, READ_RECORDS } from './log-segments.sql.js';

const SALT_BYTES = 16;

export interface ReadRecord extends SealedEvent {
  row: RecordRow;
  /** Of an event of a vendor: what the digest of its names was made with. */
  salt: Buffer | undefined;
  /** Names have been taken out of it since it was sealed, if it was: the digest in its line may be another one. */
  nameless: boolean;
}

type SaltedRow = RecordRow & { salt: Buffer | null; removedUpTo: number | null };

/** Vendors of which there are events, and the salt of each, in two lists. */
export function saltsAmong(events: readonly ReadRecord[]): [vendors: string[], salts: Buffer[]] {
  const salts = new Map<string, Buffer>();
  for (const { row, salt } of events) if (salt) salts.set(row.vendorId, salt);
  return [[...salts.keys()], [...salts.values()]];
}

/** The log lacks a position: never so, unless events were removed by hand; a seal must not hide it. */
export class MissingEventError extends Error {
  constructor(position: number) {
    super(`The log has no event at position ${position}, so nothing is sealed from there on`);
  }
}

/** Reads events in their canonical form. Vendors that have no salt for their names get one. */
@Injectable()
export class RecordReader {
  constructor(@Inject(SqlClient) private readonly sql: Queries) {}

  /**
   * Events from a position on, at least one, at most 100 or about 256 KiB of them.
   *
   * @throws MissingEventError if there is none at `first`
   */
  async read(first: number, upTo: number): Promise<ReadRecord[]> {
    const rows = await this.salted(first, upTo);
    const events: ReadRecord[] = [];
    for (const { salt, removedUpTo, ...row } of rows) {
      if (Number(row.position) !== first + events.length) break;
      const line = recordLine(row, salt ? namesDigest(row, salt) : undefined);
      events.push({ row, line, salt: salt ?? undefined, nameless: Number(row.position) <= (removedUpTo ?? 0) });
    }
    if (events.length === 0) throw new MissingEventError(first);
    return events;
  }

  private async salted(first: number, upTo: number): Promise<SaltedRow[]> {
    for (;;) {
      const rows = await this.sql.query<SaltedRow & Record<string, unknown>>(READ_RECORDS, [first - 1, upTo]);
      const without = new Set(rows.flatMap(({ vendor, vendorId, salt }) => (vendor !== null && !salt ? vendorId : [])));
      if (without.size === 0) return rows;
      const salts = Array.from(without, () => randomBytes(SALT_BYTES));
      await this.sql.query(ADD_SALTS, [[...without], salts]);
    }
  }
}
