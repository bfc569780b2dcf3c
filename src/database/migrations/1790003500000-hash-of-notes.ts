import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/**
 * `notes_hash` of a segment whose events have left the table: SHA-256 of the segment as it is packed, of what is noted
 * of it, and of the positions of its vendors' events. None has it that was moved before; `npm run verify` unpacks it.
 *
 * When names are removed, what is noted of unsealed events is made anew from here on; before, it was passed over. If
 * something may have been noted with a salt that is thrown away, all of the tail is noted anew, within seconds: what
 * was changed before isn't found.
 */
export class HashOfNotes1790003500000 implements MigrationInterface {
  readonly name = 'HashOfNotes1790003500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      'ALTER TABLE log_segments ADD COLUMN notes_hash bytea CHECK (octet_length(notes_hash) = 32)',
      `DELETE FROM log_tail
       WHERE (SELECT min(first) FROM log_tail) <= (SELECT max(removed_up_to) FROM vendor_salts)`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
