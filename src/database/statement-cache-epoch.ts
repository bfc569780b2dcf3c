/** By how much the tables have to grow until statements are planned anew. */
const GROWTH = 4;
/** Rows inserted after which that happens for the first time. */
const FIRST_GROWTH = 64;

/**
 * Part of the names of prepared statements, that changes each time the rows inserted have grown fourfold, so that they
 * are planned anew. PostgreSQL keeps the plan of a prepared statement until the table has been analysed, a minute later
 * perhaps; one that was made while it was empty reads the whole of it for every row.
 */
export class StatementCacheEpoch {
  private inserted = 0;
  private replanAt = FIRST_GROWTH;
  /** To be put behind a statement's name. */
  suffix = '';

  rowsInserted(rows: number): void {
    this.inserted += rows;
    if (this.inserted < this.replanAt) return;
    while (this.inserted >= this.replanAt) this.replanAt *= GROWTH;
    this.suffix = `:${this.replanAt}`;
  }
}
