import type { AliasCandidates } from '../../../contracts/index.js';
import type { MarketNames } from './market-key.js';
import type { MarketVendors, OtherMarket } from './market-vendors.js';

/** The portal has some 4,000 markets; of a file with more, some are looked up more than once. */
const REMEMBERED = 20_000;
/** Rows of unknown markets that wait for others, to be looked up together; a day of the portal's has some 3,000. */
const LOOKED_UP_AT_ONCE = 2_000;
/** New markets that are listed with their candidates. */
const LISTED = 100;

export type Located<Row> = Row & { vendorId: string };

/** The vendors of the markets of one file, each spelling looked up once; as of before the file takes effect. */
export class ImportMarkets {
  private readonly known = new Map<string, string>();
  private readonly listed = new Set<string>();
  private adopted = false;

  /** @param aliasCandidates takes the first hundred, in the order of the file */
  constructor(
    private readonly vendors: MarketVendors,
    private readonly aliasCandidates: AliasCandidates[],
  ) {}

  /** Sets the vendor that each row is of. Rows of markets that must be looked up come later than others. */
  async *locate<Row extends MarketNames>(batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Located<Row>[]> {
    let waiting: Row[] = [];
    for await (const rows of batches) {
      yield this.split(rows, waiting);
      if (waiting.length < LOOKED_UP_AT_ONCE) continue;
      yield await this.lookUp(waiting);
      waiting = [];
    }
    if (waiting.length > 0) yield await this.lookUp(waiting);
  }

  /** Those of known markets; the others are added to `waiting`. */
  private split<Row extends MarketNames>(rows: readonly Row[], waiting: Row[]): Located<Row>[] {
    const located: Located<Row>[] = [];
    for (const row of rows) {
      const vendorId = this.known.get(spellingOf(row));
      if (vendorId === undefined) waiting.push(row);
      else located.push(Object.assign(row, { vendorId }));
    }
    return located;
  }

  private async lookUp<Row extends MarketNames>(rows: readonly Row[]): Promise<Located<Row>[]> {
    if (this.known.size > REMEMBERED) this.known.clear();
    const unknown = new Map(rows.map((row) => [spellingOf(row), row]));
    await this.findStored(unknown);
    if (unknown.size > 0 && !this.adopted) {
      this.adopted = true;
      if ((await this.vendors.adopt()) > 0) await this.findStored(unknown);
    }
    if (unknown.size > 0) await this.findOthers(unknown);
    return this.split(rows, []);
  }

  /** @param unknown by spelling; those that are found are taken out */
  private async findStored(unknown: Map<string, MarketNames>): Promise<void> {
    const spellings = [...unknown.keys()];
    const found = await this.vendors.findStored([...unknown.values()]);
    for (const [index, spelling] of spellings.entries()) {
      const vendorId = found[index];
      if (vendorId == null) continue;
      this.known.set(spelling, vendorId);
      unknown.delete(spelling);
    }
  }

  private async findOthers(unknown: ReadonlyMap<string, MarketNames>): Promise<void> {
    const found = await this.vendors.findOthers([...unknown.values()]);
    for (const [index, [spelling, names]] of [...unknown].entries()) {
      this.known.set(spelling, found[index]!.vendorId);
      this.list(names, found[index]!);
    }
  }

  private list({ state, district, market }: MarketNames, { vendorId, candidates }: OtherMarket): void {
    if (candidates.length === 0 || this.listed.has(vendorId) || this.listed.size === LISTED) return;
    this.listed.add(vendorId);
    this.aliasCandidates.push({ state, district, market, candidates });
  }
}

/** Names have no control characters. */
const spellingOf = ({ state, district, market }: MarketNames): string => `${state}\t${district}\t${market}`;
