import type { FoundProduct, FoundVendor, Page } from '../../../src/contracts/index.js';
import type { TestApp } from '../app.js';
import { isIn } from './catalogue.js';
import { commodities, everydayWords, type Half, KINDS, LANGS, type Market, queries, type Query } from './table.js';

/** The first page: a result counts only there. */
const LOOKED_AT = 10;

export interface Found extends Query {
  /** Slugs of the first page, each once, in order. */
  shown: readonly string[];
  /** Whether the page has what is meant, or nothing for a negative query. */
  isFound: boolean;
  isFirst: boolean;
}

/** Shares of queries, from 0 to 1. */
export interface Score {
  count: number;
  found: number;
  first: number;
}

export interface Report {
  half: Half;
  all: Score;
  groups: ReadonlyMap<string, Score>;
  negative: Score;
  place: Score;
  missed: readonly Found[];
}

/** Asks the running product as a person would. */
export class Findability {
  private markets: ReadonlyMap<string, Market> = new Map();

  constructor(private readonly app: TestApp) {}

  async start(): Promise<void> {
    const markets = new Map<string, Market>();
    let cursor: string | null = null;
    do {
      const path: string = `/api/vendors/search?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body }: { body: Page<FoundVendor> } = await this.app.request<Page<FoundVendor>>('GET', path);
      for (const { id, market, district, state } of body.items) {
        markets.set(id, { market: market ?? '', district: district ?? '', state: state ?? '' });
      }
      cursor = body.nextCursor;
    } while (cursor !== null);
    this.markets = markets;
  }

  async search(q: string): Promise<FoundProduct[]> {
    const path = `/api/products/search?limit=${LOOKED_AT}&q=${encodeURIComponent(q)}`;
    const { status, body } = await this.app.request<Page<FoundProduct>>('GET', path);
    if (status !== 200) throw new Error(`${q}: ${status}`);
    return body.items;
  }

  async ask(query: Query): Promise<Found> {
    const items = await this.search(query.query);
    const shown = [...new Set(items.map(({ commodity }) => commodity ?? '?'))];
    const isMeant = ({ commodity, vendorId }: FoundProduct): boolean =>
      query.goods.includes(commodity ?? '') &&
      (query.place === undefined || isIn(this.markets.get(vendorId)!, query.place));
    if (query.kind === 'negative') return { ...query, shown, isFound: shown.length === 0, isFirst: shown.length === 0 };
    return { ...query, shown, isFound: items.some(isMeant), isFirst: items[0] !== undefined && isMeant(items[0]) };
  }

  async report(half: Half): Promise<Report> {
    const found: Found[] = [];
    for (const query of queries()) if (query.half === half) found.push(await this.ask(query));
    const ofKind = (kind: string): Found[] => found.filter((one) => one.kind === kind);
    const goods = KINDS.flatMap(ofKind);
    const groups = new Map([
      ...KINDS.map((kind) => [kind, scoreOf(ofKind(kind))] as const),
      ...LANGS.map((lang) => [lang, scoreOf(goods.filter((one) => one.lang === lang))] as const),
    ]);
    return {
      half,
      all: scoreOf(goods),
      groups,
      negative: scoreOf(ofKind('negative')),
      place: scoreOf(ofKind('place')),
      missed: found.filter((one) => !one.isFound || !one.isFirst),
    };
  }

  /** The first letters of what the commonest goods are called: each is to be on the first page. */
  async halfTyped(letters: number, goods = 108): Promise<{ score: Score; missed: string[] }> {
    const found: Found[] = [];
    for (const { commodity, slug } of commodities().slice(0, goods)) {
      const query = commodity.slice(0, letters).toLowerCase();
      found.push(
        await this.ask({ query, lang: 'en', kind: 'prefix', goods: [slug], place: undefined, half: 'report' }),
      );
    }
    const missed = found.filter(({ isFound }) => !isFound);
    return { score: scoreOf(found), missed: missed.map(({ query, goods, shown }) => line(query, goods, shown)) };
  }

  /** Everyday words that are answered, though they should not be. */
  async everydayAnswered(): Promise<{ share: number; answered: string[] }> {
    const words = everydayWords();
    const answered: string[] = [];
    for (const word of words) {
      const items = await this.search(word);
      const shown = [...new Set(items.map(({ commodity }) => commodity ?? '?'))];
      if (items.length > 0) answered.push(`${word} → ${shown.join(', ')}`);
    }
    return { share: answered.length / words.length, answered };
  }
}

function scoreOf(found: readonly Found[]): Score {
  const share = (is: (one: Found) => boolean): number => found.filter(is).length / Math.max(1, found.length);
  return { count: found.length, found: share(({ isFound }) => isFound), first: share(({ isFirst }) => isFirst) };
}

export const line = (query: string, goods: readonly string[], shown: readonly string[]): string =>
  `${query} → ${goods.join('|') || 'nothing'}, not ${shown.join(', ') || 'nothing'}`;

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;

/** As people read it; the misses of one half only are of use. */
export function printed(report: Report): string {
  const row = (name: string, { count, found, first }: Score): string =>
    `${name.padEnd(12)} ${String(count).padStart(4)}  found ${percent(found)}  first ${percent(first)}`;
  return [
    `half: ${report.half}`,
    row('all', report.all),
    ...[...report.groups].map(([name, score]) => row(name, score)),
    row('negative', report.negative),
    row('place', report.place),
  ].join('\n');
}
