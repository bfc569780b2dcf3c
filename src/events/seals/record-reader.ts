import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Queries, SqlClient } from '../../database/index.js';
import { namesDigest, recordLine, type RecordRow, type SealedEvent } from '../../sealed-log/index.js';
import { READ_RECORDS, READ_SALTS } from './log-segments.sql.js';

const SALT_BYTES = 16;

export interface ReadRecord extends SealedEvent {
  row: RecordRow;
  /** Names have been taken out of it, so its line may be another one than before. */
  nameless: boolean;
}

interface Salt {
  vendorId: string;
  salt: Buffer;
  removedUpTo: number;
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
    const rows = await this.sql.query<RecordRow & Record<string, unknown>>(READ_RECORDS, [first - 1, upTo]);
    const salts = await this.saltsOf(rows.flatMap(({ vendor, vendorId }) => (vendor === null ? [] : vendorId)));
    const events: ReadRecord[] = [];
    for (const row of rows) {
      if (Number(row.position) !== first + events.length) break;
      const salt = row.vendor === null ? undefined : salts.get(row.vendorId)!;
      const line = recordLine(row, salt && namesDigest(row, salt.salt));
      events.push({ row, line, nameless: salt !== undefined && Number(row.position) <= salt.removedUpTo });
    }
    if (events.length === 0) throw new MissingEventError(first);
    return events;
  }

  private async saltsOf(vendors: string[]): Promise<ReadonlyMap<string, Salt>> {
    if (vendors.length === 0) return new Map();
    const fresh = vendors.map(() => randomBytes(SALT_BYTES));
    const salts = new Map<string, Salt>();
    // Another instance may add some at the same time: then the second statement has them.
    while (!vendors.every((vendor) => salts.has(vendor))) {
      const rows = await this.sql.query<Salt & Record<string, unknown>>(READ_SALTS, [vendors, fresh]);
      for (const salt of rows) salts.set(salt.vendorId, salt);
    }
    return salts;
  }
}
