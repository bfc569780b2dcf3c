import type { Page } from '../../../contracts/index.js';
import type { TextQuery } from '../../text/text-query.js';
import type { SeenLog } from './snapshot-positions.js';

/** A page without items still has one row, for the position. */
export type OrNone<Row> = (Row | { [Column in keyof Row]: null }) & { position: string; waiting?: string | null };

/** A page of rows, of which there is one more than the limit if others follow. */
export function pageOf<Row extends { id: string }, Item>(
  rows: readonly OrNone<Row>[],
  limit: number,
  epoch: string,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const found = rows.filter((row) => row.id !== null) as unknown as Row[];
  const shown = found.slice(0, limit);
  return {
    items: shown.map(itemOf),
    nextCursor: found.length > limit ? cursorOf(shown.at(-1)!) : null,
    epoch,
    position: Number(rows[0]!.position),
  };
}

export const seenBy = ([row]: readonly OrNone<object>[]): SeenLog => ({
  position: Number(row!.position),
  waiting: row!.waiting ?? null,
});

/** A text without any word, such as "!!!", is found nowhere. */
export function wordless(q: string | undefined, text: TextQuery | undefined): boolean {
  return q !== undefined && q.trim() !== '' && text === undefined;
}
