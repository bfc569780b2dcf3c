import { Injectable } from '@nestjs/common';
import type {
  CorrectedWord,
  FoundProducts,
  Interpretation,
  Placed,
  Product,
  ProductFilters,
  ProductSearchOptions,
} from '../../../contracts/index.js';
import type { ReadFloor } from '../../../database/index.js';
import { FairSlots, UnavailableError } from '../../../infra/index.js';
import { canonicalText, type LoadedPage } from '../../../search-cache/index.js';
import { synonymsOf } from '../../glossary/index.js';
import { WRITTEN_RANK } from '../../text/text-query.js';
import { wordsOf } from '../../text/words.js';
import type { FollowUp } from '../loosening/loosen.js';
import type { LooserSearch } from '../loosening/query-loosener.js';
import { MOST } from '../planner/page-spec.js';
import { decodeStart, encodeStart, type PageStart } from './looser-cursor.js';
import { type FoundPage, type ProductItem, ProductRows } from './product-rows.js';
import type { SeenLog } from './snapshot-positions.js';
import { isWritten } from './written-as-typed.js';

/** A product search with what may take its place, or follow it. */
export interface PageRequest {
  filters: Placed<ProductFilters>;
  options: ProductSearchOptions;
  looser?: readonly LooserSearch[];
  followUps?: readonly FollowUp[];
  /** Who asks; owners take turns at looser searches. */
  owner?: string | undefined;
  /** A position; undefined: of the present. */
  at?: number | undefined;
  /** What the page must have at least, so that a replica may answer; without it the primary does. */
  floor?: ReadFloor | undefined;
}

/** A page that may be of no position. */
export interface ReadPage extends Pick<LoadedPage, 'priceEnds' | 'isMakeshift'> {
  items: ProductItem[];
  nextCursor: string | null;
  interpretation: Interpretation;
  facets: FoundProducts['facets'];
  firstStep: number;
  step: number;
  /** Those that were looked for. */
  followUps: number[];
  /** By each of its statements. */
  seen: SeenLog[];
}

/** What was looked for behind a page. */
interface Followed {
  following?: Following;
  tried: number[];
  /** Whether there was no slot to look in. */
  isGivenUp?: boolean;
}

/** What the search, or the one that took its place, has found. */
interface Found extends FoundPage {
  step: number;
  searches: readonly Placed<ProductFilters>[];
}

/** What comes behind it. */
interface Following {
  index: number;
  searches: readonly Placed<ProductFilters>[];
  items: ProductItem[];
  /** Of what comes after them; null if nothing does. */
  cursor: string | null;
}

/** Looser searches that are looked for at once, of all and of one; milliseconds that one waits, and how many wait. */
const LOOKING = { most: 2, ofOne: 1, within: 5_000, waiting: 500 };

/** Milliseconds that a page which has something to show waits to look for more. */
const SLOT_WITHIN = 250;

/** Of a poor page: what of it is kept for what may be meant. */
const KEPT_FOR_FOLLOW_UPS = 0.3;

/**
 * Reads a page of products: of the search as it was typed; if that finds nothing, of the first looser search that finds
 * something; and where a page is poor, what may be meant behind it.
 *
 * A first page is poor if nothing on it is written as it was typed, be it in a description: it only sounds so, as the
 * pointed gourds do that `poatto` finds. It keeps its order, but the last three tenths are of the first follow-up that
 * finds what the page lacks; the rest of its own finds comes on the pages behind it, and then the rest of the
 * follow-up's, which leave out what the page's own search finds:
 *
 *     poatto    page 1    gourd gourd gourd gourd gourd gourd gourd  potato potato potato
 *               page 2    gourd gourd gourd gourd                    potato potato potato potato potato potato
 *               page 3    potato …
 */
@Injectable()
export class PageReader {
  /** Texts that find nothing can be made up without end, and each takes as long as some that find something. */
  private readonly looking = new FairSlots(LOOKING, 'Too many searches that find nothing as typed at once');

  constructor(private readonly rows: ProductRows) {}

  /**
   * Later pages are of the same searches as the first. A poor page is left as it is, and is a makeshift, if too many
   * look for what others mean.
   *
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many look for looser ones and
   *   there is nothing to show without
   */
  async read(request: PageRequest): Promise<ReadPage> {
    const { filters, options, looser = [], followUps = [], at, floor } = request;
    const start = decodeStart(options.cursor, looser.length, followUps.length);
    const isFirst = options.cursor === undefined;
    const seen: SeenLog[] = [];
    const found = await this.found(request, start, seen);
    const { step, searches, page } = found;
    const { following, tried, isGivenUp } = await this.following(request, start, found, seen);
    const { leads, seen: seenOfLeads } = await this.rows.leadsOf(
      isFirst && !following ? searches : [],
      found,
      options,
      { at, floor },
    );
    if (seenOfLeads) seen.push(seenOfLeads);
    const shown = [...start.shown, ...leads.map(({ id }) => id)];
    const rest = page.items.filter(({ id }) => !shown.includes(id));
    const kept = rest.slice(0, options.limit - leads.length - (following?.items.length ?? 0));
    // Those that have no room any more come first on the next page.
    const isCut = kept.length < rest.length;
    const last = isCut ? found.cursorAt(page.items.indexOf(kept.at(-1)!)) : page.nextCursor;
    const followUp = following?.index ?? start.followUp;
    const outOfTurn = last === null || !isFirst ? [] : (following?.items ?? []).map(({ id }) => id);
    const nextCursor = encodeStart(
      { step, followUp, isBehind: last === null, shown: [...shown, ...outOfTurn] },
      last ?? following?.cursor ?? null,
    );
    const items = [...leads, ...kept, ...(following?.items ?? [])];
    const isLoosened = step > 0 && (items.length > 0 || !isFirst);
    const asked = isLoosened ? looser[step - 1]!.interpretation : asTyped(filters.q);
    const interpretation = followUp === undefined ? asked : interpretationOf(followUps[followUp]!, asked);
    const facets = await this.rows.facetsOf(
      [...searches, ...(followUp === undefined ? [] : searchesOf(followUps[followUp]!, searches[0]!))],
      options.facets ?? [],
      at,
    );
    return {
      items,
      nextCursor,
      interpretation,
      facets,
      firstStep: start.step,
      step,
      followUps: followUp === undefined ? tried : [...new Set([...tried, followUp])],
      seen,
      priceEnds: found.priceEnds,
      ...(isGivenUp && { isMakeshift: true }),
    };
  }

  /** Nothing at all, where the page begins behind it. */
  private async found(request: PageRequest, start: PageStart, seen: SeenLog[]): Promise<Found> {
    const { filters, options, looser = [], owner = '', at, floor } = request;
    const all = [[filters], ...looser.map((one) => one.searches)];
    const find = async (step: number): Promise<Found> => {
      const found = await this.rows.find(all[step]!, { ...options, cursor: start.cursor }, { at, floor });
      seen.push(found.seen);
      return { ...found, step, searches: all[step]! };
    };
    const { step } = start;
    if (start.isBehind) return { ...NOTHING, step, searches: all[step]! };
    let found = await find(step);
    if (start.cursor === undefined && found.page.items.length === 0 && step < looser.length) {
      await this.looking.use(owner, async () => {
        while (found.page.items.length === 0 && found.step < looser.length) found = await find(found.step + 1);
      });
    }
    return found;
  }

  /** What comes behind that on the page, if anything does. */
  private async following(
    { options, followUps = [], owner = '', at, floor }: PageRequest,
    start: PageStart,
    found: Found,
    seen: SeenLog[],
  ): Promise<Followed> {
    const { page, searches } = found;
    const room = options.limit - page.items.filter(({ id }) => !start.shown.includes(id)).length;
    const kept = options.cursor === undefined ? Math.floor(options.limit * KEPT_FOR_FOLLOW_UPS) : 0;
    const most = Math.max(room, kept);
    const tried: number[] = [];
    const candidates = followUpsFor(followUps, start, found, options.cursor === undefined && most > 0);
    if (candidates.length === 0) return { tried };
    const shown = new Set([...start.shown, ...page.items.map(({ id }) => id)]);
    const cursor = start.isBehind ? start.cursor : undefined;
    // One row at least, which tells whether there is a next page.
    const limit = Math.min(Math.max(most, 1) + (start.isBehind ? 0 : start.shown.length), MOST - 1);
    const release = await this.slotBehind(owner, start);
    if (!release) return { tried, isGivenUp: true };
    try {
      for (const index of candidates) {
        tried.push(index);
        const followed = searchesOf(followUps[index]!, searches[0]!);
        const next = await this.rows.find(followed, { ...options, cursor, limit }, { at, floor, except: searches });
        const rest = next.page.items.filter(({ id }) => !shown.has(id));
        if (rest.length === 0 && start.followUp === undefined) continue;
        seen.push(next.seen);
        const items = rest.slice(0, most);
        const isCut = items.length < rest.length;
        const last = items.at(-1);
        const cursorOfCut = last ? next.cursorAt(next.page.items.indexOf(last)) : FIRST_ROWS;
        const following = { index, searches: followed, items, cursor: isCut ? cursorOfCut : next.page.nextCursor };
        return { following, tried };
      }
    } finally {
      release();
    }
    return { tried };
  }

  /** Undefined if there is none soon, for a page that can do without. */
  private async slotBehind(owner: string, { followUp }: PageStart): Promise<(() => void) | undefined> {
    // A page of both searches is no page without the second one.
    if (followUp !== undefined) return this.looking.take(owner);
    try {
      return await this.looking.take(owner, SLOT_WITHIN);
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
  }
}

/** In place of a cursor: nothing was shown yet. */
const FIRST_ROWS = '';

const NOTHING: FoundPage = {
  cursorAt: () => '',
  page: { items: [], nextCursor: null, epoch: '', position: 0 },
  seen: { position: 0, waiting: null },
};

/** The follow-ups to look for. @param isFirst whether the page is the first one, with room */
function followUpsFor(followUps: readonly FollowUp[], start: PageStart, found: Found, isFirst: boolean): number[] {
  const { page, rank, searches } = found;
  if (start.followUp !== undefined) return page.nextCursor === null ? [start.followUp] : [];
  if (!isFirst || followUps.length === 0 || rank === undefined || rank >= WRITTEN_RANK) return [];
  const products = page.items.map(({ item }) => JSON.parse(item) as Product);
  const texts = searches.flatMap(({ q }) => q ?? []);
  if (products.some((product) => isWritten(product, texts))) return [];
  const goods = products.flatMap(goodsOf);
  return [...followUps.keys()].filter((index) => !goods.some((good) => followUps[index]!.goods.has(good)));
}

/** What a product says that it is, or its names do. */
const goodsOf = ({ commodity, name, names }: Product): string[] =>
  commodity === null ? synonymsOf([name, ...Object.values(names)], wordsOf).map(({ slug }) => slug) : [commodity];

/** Where the page looks for products that it found. */
const searchesOf = ({ queries }: FollowUp, found: Placed<ProductFilters>): Placed<ProductFilters>[] =>
  queries.map((q) => ({ ...found, q }));

/** Of a page with a follow-up: what was done for either. @param asked of the search that it follows */
function interpretationOf({ queries, dropped, corrected, places }: FollowUp, asked: Interpretation): Interpretation {
  const { kind, q, place } = asked;
  const isKnown = (one: CorrectedWord): boolean =>
    asked.corrected.some(({ from, to }) => from === one.from && to === one.to);
  return {
    kind: 'loosened',
    q: kind === 'loosened' ? q : queries[0]!,
    dropped: [...new Set([...asked.dropped, ...dropped, ...(place ? [] : places)])],
    corrected: [...asked.corrected, ...corrected.filter((one) => !isKnown(one))],
    place,
  };
}

const asTyped = (q = ''): Interpretation => ({
  kind: 'exact',
  q: canonicalText(q) ?? '',
  dropped: [],
  corrected: [],
  place: null,
});
