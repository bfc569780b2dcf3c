/** No cursor of PostgreSQL's rows begins so: they are base64url. */
const MARK = '~';

/** Where a page goes on that isn't just the next one of the search that was asked for. */
export interface PageStart {
  /** Which search it is of: 0 is the one that was asked for, others took its place. */
  step: number;
  /** Products that the first page began with out of turn, and that don't come again. */
  shown: readonly string[];
  /** Of the rows of the page before. */
  cursor: string | undefined;
}

/** The cursor of a page, as clients see it. */
export function encodeStart({ step, shown }: Omit<PageStart, 'cursor'>, cursor: string | null): string | null {
  if (cursor === null || (step === 0 && shown.length === 0)) return cursor;
  return `${MARK}${step}.${Buffer.from(shown.join(' ')).toString('base64url')}.${cursor}`;
}

/**
 * The search that is not known any more, since what the text is taken for has changed, goes on with the last one that
 * is.
 *
 * @param steps how many searches there are beside the one asked for
 */
export function decodeStart(cursor: string | undefined, steps: number): PageStart {
  const [, step, shown = '', rest] = /^~(\d)\.([\w-]*)\.(.*)$/s.exec(cursor ?? '') ?? [];
  if (rest === undefined) return { step: 0, shown: [], cursor };
  const ids = Buffer.from(shown, 'base64url').toString('utf8').split(' ');
  return { step: Math.min(Number(step), steps), shown: ids.filter((id) => id !== ''), cursor: rest };
}
