import type { TableSize } from './table-statistics.sql.js';

/** Growth since the last analysis from which on a table is analysed once it is at rest, and at once. */
const GROWTH = 1.1;
const GROWTH_AT_ONCE = 2;
/** Growth from one sweep to the next up to which a table is at rest. */
const REST = 1.01;
/** Rows whose insertion leaves the size of a table as it was, up to which no analysis is worth while. */
const FEW_ROWS = 1_000;
/** Milliseconds until a table that another session kept locked is tried again. */
const RETRY_AFTER = 2_000;
/** Milliseconds between two times that the indexes of a table that hardly grows are cleaned. */
const CLEAN_EVERY = 10_000;

/** Times that a vacuum is made again, each after twice as long: transactions older than the load hold it up. */
const VACUUMS_AGAIN = 5;

/** What a table needs now. */
export interface Needs {
  analysis: boolean;
  /** Its GIN indexes' lists of pending entries are to be worked off. */
  cleaning: boolean;
  /** Its new pages are to be marked as visible to all, without which an index alone can't answer anything. */
  vacuum: boolean;
}

/**
 * What has been done to a table, and from its size what is to be done next.
 *
 * While a load goes on, a table is analysed when it has doubled, and for the rest of its growth at the load's end. So
 * the number of analyses grows with the logarithm of the table's size, and a load isn't held up by them.
 */
export class TableUpkeep {
  private last: TableSize | undefined;
  /** The table when its last analysis began. */
  private analysed: { size: TableSize; at: number } | undefined;
  private cleaned = { changes: 0, pages: 0, at: -Infinity };
  /** The last vacuum; what was analysed before the first sweep has been vacuumed as well, or will be. */
  private vacuumed: { pages: number; at: number; again: number } | undefined;

  /**
   * Takes what it answers for done, but for the cleaning.
   *
   * @param now milliseconds of a clock that doesn't go back
   */
  observe(size: TableSize, now: number): Needs {
    const before = this.last;
    this.last = size;
    this.analysed ??= { size: { ...size, analysed: -1 }, at: -Infinity };
    this.vacuumed ??= { pages: size.analysed, at: now, again: VACUUMS_AGAIN };
    const atRest = before !== undefined && size.pages <= before.pages * REST;
    const analysis = this.isOutgrown(size, atRest) && !this.wasTried(size, now);
    if (analysis) this.analysed = { size, at: now };
    const cleaning = analysis || (atRest && this.isCleaningDue(size, now));
    if (cleaning) this.cleaned.at = now;
    const vacuum = atRest && this.isVacuumDue(size, now);
    return { analysis, cleaning, vacuum };
  }

  /** The indexes have been cleaned when the table was of that size, or since. */
  cleanedAt(size: TableSize): void {
    this.cleaned.changes = changesOf(size);
    this.cleaned.pages = size.pages;
  }

  /** Takes what it answers for done. A table that updates keep invisible is left to autovacuum in the end. */
  private isVacuumDue(size: TableSize, now: number): boolean {
    const { pages, at, again } = this.vacuumed!;
    const hasGrown = ratio(size.pages, pages) >= GROWTH;
    const wasInVain = again < VACUUMS_AGAIN && !size.isVisible && now - at >= RETRY_AFTER * 2 ** again;
    if (!hasGrown && !wasInVain) return false;
    this.vacuumed = { pages: size.pages, at: now, again: hasGrown ? 0 : again + 1 };
    return true;
  }

  private isCleaningDue(size: TableSize, now: number): boolean {
    if (size.pages > this.cleaned.pages * REST) return now - this.cleaned.at >= RETRY_AFTER;
    return changesOf(size) !== this.cleaned.changes && now - this.cleaned.at >= CLEAN_EVERY;
  }

  private isOutgrown(size: TableSize, atRest: boolean): boolean {
    if (growthOf(size) >= (atRest ? GROWTH : GROWTH_AT_ONCE)) return true;
    // Pages may be reused, and an analysis doesn't count what a transaction that goes on has inserted.
    const inserted = size.inserted - this.analysed!.size.inserted;
    return atRest && inserted >= Math.max(FEW_ROWS, size.rows * (GROWTH - 1));
  }

  private wasTried({ analysed, rows }: TableSize, now: number): boolean {
    const { size, at } = this.analysed!;
    return analysed === size.analysed && rows === size.rows && now - at < RETRY_AFTER;
  }
}

/** How many times as large as at its last analysis. */
const growthOf = ({ pages, analysed, counted, rows }: TableSize): number =>
  Math.max(ratio(pages, analysed), ratio(counted ?? 0, rows));

const ratio = (now: number, before: number): number => (now === 0 ? 0 : now / before);

const changesOf = ({ inserted, updated }: TableSize): number => inserted + updated;
