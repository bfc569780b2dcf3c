/** No cursor of PostgreSQL's rows begins so: they are base64url. */
const MARK = '~';

/** Where a page goes on that isn't just the next one of the search that was asked for. */
export interface PageStart {
  /** Which search it is of: 0 is the one that was asked for, others took its place. */
  step: number;
  /** The one of the follow-ups whose finds come behind its own; undefined without one. */
  followUp: number | undefined;
  /** Whether the page begins among the finds of the follow-up. */
  isBehind: boolean;
  /** Products that the first page showed out of turn, and that don't come again. */
  shown: readonly string[];
  /** Of the rows of the page before; undefined for the first rows. */
  cursor: string | undefined;
}

/** The cursor of a page, as clients see it; `cursor` is empty for the first rows of a follow-up. */
export function encodeStart(
  { step, followUp, isBehind, shown }: Omit<PageStart, 'cursor'>,
  cursor: string | null,
): string | null {
  if (cursor === null || (step === 0 && shown.length === 0 && followUp === undefined)) return cursor;
  const behind = followUp === undefined ? '' : `${isBehind ? '-' : '+'}${followUp}`;
  return `${MARK}${step}${behind}.${Buffer.from(shown.join(' ')).toString('base64url')}.${cursor}`;
}

/**
 * The search that is not known any more, since what the text is taken for has changed, goes on with the last one that
 * is; without any follow-up there is nothing behind it.
 *
 * @param steps how many searches there are beside the one asked for
 * @param followUps how many of them may come behind one of these
 */
export function decodeStart(cursor: string | undefined, steps: number, followUps: number): PageStart {
  const [, step, behind, shown = '', rest] = /^~(\d)([+-]\d)?\.([\w-]*)\.(.*)$/s.exec(cursor ?? '') ?? [];
  if (rest === undefined) return { step: 0, followUp: undefined, isBehind: false, shown: [], cursor };
  const ids = Buffer.from(shown, 'base64url').toString('utf8').split(' ');
  const isKnown = behind !== undefined && followUps > 0;
  return {
    step: Math.min(Number(step), steps),
    followUp: isKnown ? Math.min(Number(behind.slice(1)), followUps - 1) : undefined,
    isBehind: behind?.startsWith('-') === true,
    shown: ids.filter((id) => id !== ''),
    cursor: rest === '' ? undefined : rest,
  };
}
