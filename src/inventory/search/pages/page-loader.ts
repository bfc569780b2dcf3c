import { Injectable } from '@nestjs/common';
import {
  type FoundVendor,
  type Moment,
  type Page,
  type PageOptions,
  type Placed,
  type ProductFilters,
  type ProductSearchOptions,
  type VendorFilters,
  withDisplayName,
} from '../../../contracts/index.js';
import { AwaitSequenced, EventLog } from '../../../events/index.js';
import type { LoadedPage } from '../../../search-cache/index.js';
import { PATIENT_CONNECTIONS, type ReadFloor, SqlClient } from '../../../database/index.js';
import { endsWithin, FairSlots, UnavailableError } from '../../../infra/index.js';
import { Moments } from '../../moments.js';
import { type VendorEntity, vendorOf } from '../../vendors/vendor.entity.js';
import { encodeCursor } from '../planner/page-cursor.js';
import { VENDOR_ORDER, vendorSearchSql } from '../planner/vendor-search.sql.js';
import { textQueryOf } from '../../text/text-query.js';
import { type PageRequest, PageReader, type ReadPage } from './page-reader.js';
import { type OrNone, pageOf, wordless } from './page-rows.js';
import { decodeStart, encodeStart } from './looser-cursor.js';
import { lastSeen, oldestSeen, SnapshotPositions } from './snapshot-positions.js';

type VendorPageRow = VendorEntity & { rank: number; total: number; available: number };

/** How often a page is read until it is of a position, and after how many times it is looked for in the history. */
const ATTEMPTS = 6;
const PRESENT_ATTEMPTS = 3;
/**
 * Milliseconds after which a page is read no more. The last attempt began before, and its position may be waited for as
 * long (`SnapshotPositions`).
 */
const ATTEMPTS_WITHIN = 1_500;

/** Searches of the past that are run at once: as many as have connections of their own (`PatientPool`). */
const PASTS = { most: PATIENT_CONNECTIONS, ofOne: 2, within: 5_000, waiting: 500 };
/** Milliseconds that a search of the present waits for one of these slots, and for all changes to have positions. */
const SLOT_WITHIN = 250;
const SEQUENCED_WITHIN = 250;

/** Loads pages straight from PostgreSQL, each with the position that it is of. */
@Injectable()
export class PageLoader {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly reader: PageReader,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly snapshots: SnapshotPositions,
    private readonly moments: Moments,
  ) {}

  private readonly pasts = new FairSlots(PASTS, 'Too many searches of the past at once');

  /**
   * The page of a product search. What is neither loosened nor `unsettled` is what `past` finds at its position.
   *
   * @throws as `PageReader.read`
   */
  async products(request: PageRequest): Promise<LoadedPage> {
    const began = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const read = await this.reader.read(request);
      if (read.interpretation.kind === 'loosened') return this.loaded(read, oldestSeen(read.seen));
      const position = await this.snapshots.of(read.seen);
      if (typeof position === 'number') return this.loaded(read, { position });
      const latest = position === undefined && attempt === PRESENT_ATTEMPTS && (await this.latest(request, read));
      if (latest) return latest;
      const isLast = attempt === ATTEMPTS || performance.now() - began > ATTEMPTS_WITHIN;
      if (position === 'late' || isLast) return this.loaded(read, oldestSeen(read.seen), true);
    }
  }

  /**
   * The page of a product search as it was at a moment that the history reaches: exact, whatever it finds.
   *
   * @param placed makes the filters, for which places of the past may have to be read
   * @param owner who asks; owners take turns
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many ask
   */
  past(
    placed: () => Promise<Placed<ProductFilters>>,
    options: ProductSearchOptions,
    moment: Moment,
    owner: string,
  ): Promise<LoadedPage> {
    return this.pasts.use(owner, async () => {
      const filters = await placed();
      return this.loaded(await this.reader.read({ filters, options, at: moment.position }), moment);
    });
  }

  /**
   * The page at the end of the log, when so much is written that it can't be told of a page of the present. Undefined
   * if that might be before what a page of the present has seen, as changes wait for their positions, if the history is
   * so far behind, as it is of a large import, that the page would have to wait for it, or if too many search the past
   * or ask the database.
   */
  private async latest(
    { filters, options, owner = '' }: PageRequest,
    { seen, firstStep, step, followUps, isMakeshift = false }: ReadPage,
  ): Promise<LoadedPage | undefined> {
    try {
      const position = await this.sequenced();
      // A replica may have shown what the primary doesn't yet.
      if (position === null || seen.some((one) => position < lastSeen(one))) return undefined;
      if (!(await this.moments.reachesSoon(position))) return undefined;
      const past = (): Promise<ReadPage> => this.reader.read({ filters, options, at: position });
      const read = await this.pasts.use(owner, past, SLOT_WITHIN);
      // What else was looked for in vain, or wasn't, is as it was.
      return this.loaded({ ...read, firstStep, step, followUps, isMakeshift }, { position });
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
  }

  /**
   * A position that everything committed by now has reached; null if there is none in a moment. How far the log has got
   * by then doesn't do: others' changes may have got their positions before some that were seen and acknowledged.
   */
  private async sequenced(): Promise<number | null> {
    let position: number | null = null;
    await endsWithin(
      SEQUENCED_WITHIN,
      this.awaitSequenced.allOrNone().then((reached) => (position = reached)),
    );
    return position;
  }

  /**
   * @param isUnsettled whether the page has seen what the log didn't say of its moment in time; it isn't kept, as that
   *   is said a moment later, and puts no page out of date
   */
  private loaded(
    { items, nextCursor, seen: _seen, ...read }: ReadPage,
    moment: Partial<Moment>,
    isUnsettled = false,
  ): LoadedPage {
    const { interpretation, facets, ...facts } = read;
    const { position, knownAt } = moment as Moment;
    const page = { items, nextCursor, epoch: this.log.epoch, position };
    const { items: _items, ...beside } = {
      ...page,
      ...(knownAt !== undefined && { knownAt }),
      ...(isUnsettled && { unsettled: true }),
      interpretation,
      ...(facets && { facets }),
    };
    // The items as they came, with the rest of the page behind them.
    const json = `{"items":[${items.map(({ item }) => item).join(',')}],${JSON.stringify(beside).slice(1)}`;
    return { page, json, ...facts, ...(isUnsettled && { isMakeshift: true }) };
  }

  /**
   * The page of a vendor search or, if that finds nothing, of the one in its place; later pages are of the same.
   *
   * @param floor what the page must have at least, so that a replica may answer; without it the primary does
   * @throws ValidationFailedError for a cursor of another search
   */
  async vendors(
    filters: Placed<VendorFilters>,
    options: PageOptions,
    looser?: Placed<VendorFilters>,
    floor?: ReadFloor,
  ): Promise<LoadedPage> {
    const start = decodeStart(options.cursor, looser ? 1 : 0, 0);
    const find = (search: Placed<VendorFilters>): Promise<Page<FoundVendor>> =>
      this.vendorsOf(search, { ...options, cursor: start.cursor }, floor);
    const first = await find(looser && start.step > 0 ? looser : filters);
    const isInVain = looser && options.cursor === undefined && first.items.length === 0;
    const second = isInVain ? await find(looser) : first;
    // As it was before the other one was looked for; which may have been read from a replica, and be of an older one.
    const page = { ...second, position: Math.min(first.position, second.position) };
    const step = isInVain ? 1 : start.step;
    const nextCursor = encodeStart({ ...start, step }, page.nextCursor);
    return { page: { ...page, nextCursor }, step, firstStep: start.step };
  }

  private async vendorsOf(
    filters: Placed<VendorFilters>,
    options: PageOptions,
    floor: ReadFloor | undefined,
  ): Promise<Page<FoundVendor>> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q, 'people');
    // A text without any word.
    if (wordless(filters.q, text)) return { items: [], nextCursor: null, ...(await this.log.head()) };
    const { statement, values } = vendorSearchSql(filters, options, text);
    const rows = await this.sql.read<OrNone<VendorPageRow>>(statement, values, floor);
    const itemOf = (row: VendorPageRow): FoundVendor => foundVendor(row, filters.lang);
    const cursorOf = ({ rank, name, id }: VendorPageRow): string => encodeCursor(VENDOR_ORDER, [rank, name, id]);
    return pageOf(rows, options.limit, this.log.epoch, itemOf, cursorOf);
  }
}

function foundVendor(row: VendorPageRow, lang: string | undefined): FoundVendor {
  return withDisplayName({ ...vendorOf(row), inventory: { total: row.total, available: row.available } }, lang);
}
