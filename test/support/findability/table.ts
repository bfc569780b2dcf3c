import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = join(process.cwd(), 'test/support/findability');

export const LANGS = ['en', 'hi', 'mr', 'gu', 'pa', 'bn', 'ta', 'te', 'kn', 'ml', 'ur', 'or', 'as'] as const;

/** Kinds of queries that are to find a good, whatever it takes. */
export const KINDS = ['standard', 'romanised', 'typo', 'inflection', 'words', 'request', 'regional', 'prefix'] as const;

/** `negative`: names no produce and finds nothing. `place`: a good and a market, district or state. */
export type Kind = (typeof KINDS)[number] | 'negative' | 'place';

/** `work` is there to be looked at while something is mended, `report` to see whether that was of use elsewhere. */
export type Half = 'work' | 'report';

/** What a person types, and what they mean. */
export interface Query {
  query: string;
  lang: string;
  kind: Kind;
  /** Slugs; the first page is to show one of them. Empty for nothing at all. */
  goods: readonly string[];
  /** Market, district or state in which one of the first goods is to be; undefined if anywhere will do. */
  place: string | undefined;
  half: Half;
}

export interface Commodity {
  /** As the portal spells it. */
  commodity: string;
  slug: string;
  /** Price reports on the portal from 27 July to 2 August 2023. */
  reports: number;
  /** The commonest ones, as the portal spells them. */
  varieties: readonly string[];
}

export interface Market {
  market: string;
  district: string;
  state: string;
}

/** Rows of a table with a header, cells divided by tabs. */
function rowsOf(file: string): string[][] {
  const [, ...rows] = readFileSync(join(HERE, file), 'utf8').trimEnd().split('\n');
  return rows.map((row) => row.split('\t'));
}

export const queries = (): Query[] =>
  rowsOf('queries.tsv').map(([query, lang, kind, expected, half]) => {
    const [goods, place] = expected!.split('@');
    return {
      query: query!,
      lang: lang!,
      kind: kind as Kind,
      goods: goods === '-' ? [] : goods!.split('|'),
      place,
      half: half as Half,
    };
  });

/** All that was reported in the week, the commonest first. */
export const commodities = (): Commodity[] =>
  rowsOf('commodities.tsv').map(([commodity, slug, reports, varieties]) => ({
    commodity: commodity!,
    slug: slug!,
    reports: Number(reports),
    varieties: varieties!.split('; '),
  }));

export const markets = (): Market[] =>
  rowsOf('markets.tsv').map(([market, district, state]) => ({ market: market!, district: district!, state: state! }));

/** Common English words that name nothing that is sold in a mandi. */
export const everydayWords = (): string[] =>
  readFileSync(join(HERE, 'everyday-words.txt'), 'utf8').trimEnd().split('\n');
