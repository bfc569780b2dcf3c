import { Injectable } from '@nestjs/common';
import { SqlClient, type Statement } from '../database/index.js';
import { GENERAL_SCOPE } from './scopes/scope-names.js';

interface Note {
  id: string;
  /** Null if a version of before has made the note, which didn't say what the change touches. */
  scopes: string[] | null;
}

const READ: Statement = { name: 'read-vendor-changes', text: 'SELECT id, scopes FROM vendor_changes LIMIT 1000' };

/** Exactly those that were read: ids become visible out of order. */
const DELETE: Statement = {
  name: 'delete-vendor-changes',
  text: 'DELETE FROM vendor_changes WHERE id = ANY ($1::bigint[])',
};

/**
 * The notes that vendor writes leave in their own transaction. A writer invalidates the scopes itself before it
 * acknowledges; the leader does it again from the notes, in case the writer died or was cut off from the cache in
 * between.
 */
@Injectable()
export class VendorChanges {
  constructor(private readonly sql: SqlClient) {}

  /** @param invalidate returns false if it couldn't; then the notes stay for the next time */
  async flush(invalidate: (scopes: string[]) => Promise<boolean>): Promise<boolean> {
    const notes = await this.sql.query<Note>(READ);
    if (notes.length === 0) return true;
    const touched = new Set(notes.flatMap(({ scopes }) => scopes ?? [GENERAL_SCOPE]));
    if (!(await invalidate([...touched]))) return false;
    await this.sql.query(DELETE, [notes.map(({ id }) => id)]);
    return true;
  }
}
