import { Injectable } from '@nestjs/common';
import { SqlClient } from '../../database/index.js';
import { READ_ENDS, READ_SEALS } from './log-segments.sql.js';

/** Of a segment: a proof of its events and of all before. */
export interface Seal {
  first: number;
  last: number;
  /** Of the log when it was sealed. */
  epoch: string;
  /** SHA-256 in hex. */
  hash: string;
  /** Hash of the seal before, null for the first one. */
  previous: string | null;
  /** That the segment takes. */
  bytes: number;
}

@Injectable()
export class LogSeals {
  constructor(private readonly sql: SqlClient) {}

  /** Seals that end behind a position, in order, and the hash of the newest one of all, null if there is none. */
  async read(after: number, limit: number): Promise<{ seals: Seal[]; head: string | null }> {
    // The newest one first: what is sealed meanwhile may be missing among the seals, never in between.
    const [ends] = await this.sql.query<{ hash: string | null }>(READ_ENDS);
    return {
      seals: await this.sql.query<Seal & Record<string, unknown>>(READ_SEALS, [after, limit]),
      head: ends!.hash,
    };
  }
}
