import { describe, expect, it } from '@jest/globals';
import type { TableSize } from './table-statistics.sql.js';
import { TableUpkeep } from './table-upkeep.js';

/** Milliseconds between two sweeps. */
const STEP = 500;

/** A table that is looked at again and again, whose analyses succeed unless `locked`. */
class Table {
  private readonly upkeep = new TableUpkeep();
  private now = 0;
  analyses = 0;
  cleanings = 0;
  vacuums = 0;
  size: TableSize = {
    ...{ name: 'products', pages: 0, counted: null, analysed: 0, rows: 0 },
    ...{ isVisible: true, inserted: 0, updated: 0 },
  };

  observe(now: Partial<TableSize> = {}, locked = false): this {
    this.size = { ...this.size, ...now };
    this.now += STEP;
    const { analysis, cleaning, vacuum } = this.upkeep.observe(this.size, this.now);
    if (cleaning) this.cleanings += 1;
    if (cleaning) this.upkeep.cleanedAt(this.size);
    if (vacuum) this.vacuums += 1;
    if (!analysis) return this;
    this.analyses += 1;
    if (!locked)
      this.size = { ...this.size, analysed: this.size.pages, rows: this.size.counted ?? this.size.pages * 10 };
    return this;
  }
}

const analysed = (pages: number): Table => {
  const table = new Table()
    .observe({ pages, inserted: pages * 10 })
    .observe()
    .observe();
  table.analyses = 0;
  return table;
};

describe('the upkeep of a table', () => {
  it('leaves an empty table alone, and one that stays as it is', () => {
    const empty = new Table().observe().observe();
    expect([empty.analyses, empty.cleanings]).toEqual([0, 0]);
    expect(analysed(1_000).observe().observe({ updated: 5_000 }).analyses).toBe(0);
  });

  it('analyses a table that has doubled at once, and one that has grown by a tenth when it is at rest', () => {
    expect(analysed(1_000).observe({ pages: 2_000 }).analyses).toBe(1);
    const grown = analysed(1_000).observe({ pages: 1_100 });
    expect(grown.analyses).toBe(0);
    expect(grown.observe().analyses).toBe(1);
    expect(grown.observe().observe().analyses).toBe(1);
    expect(analysed(1_000).observe({ pages: 1_099 }).observe().analyses).toBe(0);
  });

  it('analyses a table that grows and grows a few times only', () => {
    const table = new Table();
    for (let pages = 1; pages <= 10_000; pages += 50) table.observe({ pages, inserted: pages * 10 });
    expect(table.analyses).toBeLessThanOrEqual(20);
    table.observe();
    expect(table.size.analysed).toBeGreaterThan(table.size.pages / 1.1);
  });

  it('analyses a small table by its rows', () => {
    const table = new Table().observe({ pages: 1, counted: 4 }).observe({ counted: 20 });
    expect(table.analyses).toBe(2);
    expect(table.observe({ counted: 21 }).observe().analyses).toBe(2);
    expect(table.observe({ counted: 22 }).observe().analyses).toBe(3);
  });

  it('analyses a table whose rows are counted only when their transaction has ended', () => {
    const table = new Table().observe({ pages: 1_000 }).observe();
    table.size = { ...table.size, rows: 0 };
    expect(table.observe({ inserted: 10_000 }).analyses).toBe(2);
    expect(table.observe().observe().analyses).toBe(2);
  });

  it('tries a table that was locked again after a while, and not at every sweep', () => {
    const table = new Table();
    for (let time = 0; time < 20; time += 1) table.observe({ pages: 100 }, true);
    expect(table.analyses).toBe(5);
    expect(table.observe().analyses).toBe(6);
    expect(table.observe().observe().analyses).toBe(6);
  });

  it('has it vacuumed when a load has ended, and not before', () => {
    const table = new Table();
    for (let pages = 1; pages <= 1_000; pages *= 2) table.observe({ pages });
    expect(table.vacuums).toBe(0);
    expect(table.observe().observe().observe({ updated: 9_000 }).vacuums).toBe(1);
    expect(new Table().observe({ pages: 900, analysed: 900 }).observe().vacuums).toBe(0);
  });

  it('has it vacuumed again if a transaction was older than the load, some times and not at every sweep', () => {
    const table = new Table().observe({ pages: 1_000, isVisible: false }).observe();
    expect(table.vacuums).toBe(1);
    expect(table.observe().observe().vacuums).toBe(1);
    expect(table.observe().observe().vacuums).toBe(2);
    expect(table.observe({ isVisible: true }).observe().observe().observe().vacuums).toBe(2);
    table.observe({ isVisible: false });
    for (let time = 0; time < 500; time += 1) table.observe();
    expect(table.vacuums).toBe(6);
  });

  it('has the indexes cleaned as soon as a load has ended, though it has grown little', () => {
    const table = analysed(1_000).observe().observe().observe().observe();
    const { cleanings } = table;
    table.observe({ pages: 1_050, inserted: 10_500 });
    expect(table.cleanings).toBe(cleanings);
    expect(table.observe().cleanings).toBe(cleanings + 1);
  });

  it('has the indexes cleaned of the few rows that have been inserted, now and then', () => {
    const table = analysed(100_000);
    const { cleanings } = table;
    for (let rows = 1; rows <= 60; rows += 1) table.observe({ inserted: 1_000_000 + rows });
    expect(table.analyses).toBe(0);
    expect(table.cleanings - cleanings).toBeGreaterThanOrEqual(2);
    expect(table.cleanings - cleanings).toBeLessThanOrEqual(3);
  });
});
