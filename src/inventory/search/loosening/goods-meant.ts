import { entries, type GlossaryEntry } from '../../glossary/index.js';
import { phrasesOf } from '../../glossary/phrase-index.js';
import { fullNameLexeme } from '../../text/lexemes.js';
import type { RANKED_BY } from '../../text/text-query.js';
import { wordsOf } from '../../text/words.js';

/** Goods that are shown before all else, at most. */
const MOST = 8;

/** Goods that a text means equally well. */
export interface GoodsMeant {
  /** How well: what the products of each satisfy (`TextQuery`). */
  rankedBy: (typeof RANKED_BY)[number];
  /** Terms of a tsquery that are true of the products of each, the commonest good first. */
  goods: readonly string[];
}

interface Good {
  entry: GlossaryEntry;
  /** Whole names. */
  names: ReadonlySet<string>;
  /** Words that products have in their names. */
  words: readonly string[];
  term: string;
}

let all: readonly Good[] | undefined;

/** The commonest first. Made when it is first needed; the glossary never changes. */
const goods = (): readonly Good[] =>
  (all ??= [...entries]
    .sort((one, other) => other.reports - one.reports)
    .map((entry) => ({
      entry,
      names: new Set(phrasesOf(entry).map((phrase) => wordsOf(phrase).join(' '))),
      words: [...new Set([entry.name, ...entry.portal, ...Object.values(entry.names)].flatMap(wordsOf))],
      term: `'${fullNameLexeme(wordsOf(entry.name))}'`,
    })));

/** The goods that a text means best, if they are several: chilli is green or dry. */
export function goodsMeant(q: string): GoodsMeant | undefined {
  const typed = wordsOf(q);
  if (typed.length === 0) return undefined;
  const name = typed.join(' ');
  const last = typed.length - 1;
  const fits: Record<'whole' | 'worded' | 'begun', (good: Good) => boolean> = {
    whole: ({ names }) => names.has(name),
    worded: ({ words }) => typed.every((word) => words.includes(word)),
    begun: ({ words }) =>
      typed.every((word, at) => (at < last ? words.includes(word) : words.some((one) => one.startsWith(word)))),
  };
  for (const rankedBy of ['whole', 'worded', 'begun'] as const) {
    const meant = goods().filter(fits[rankedBy]);
    if (meant.length === 1) return undefined;
    if (meant.length > 1) return { rankedBy, goods: meant.slice(0, MOST).map(({ term }) => term) };
  }
  return undefined;
}
