import { nameIn, type Suggestion } from '../../../contracts/index.js';
import { entries, type GlossaryEntry } from '../../glossary/index.js';
import { phrasesOf } from '../../glossary/phrase-index.js';
import { foldWord } from '../../text/fold.js';
import { foldOfGlossary } from './glossary-folds.js';
import { wordsOf } from '../../text/words.js';

/** Letters of a folded form from which on it tells what is meant. */
const MIN_FOLDED = 2;

interface Name {
  /** Its place among all names. */
  at: number;
  good: GlossaryEntry;
  text: string;
  /** Its words, as they are compared: behind a blank, as a word may begin anywhere. */
  words: string;
  folded: string;
}

/** Names by how words of them begin, and by how words sound that they begin with. */
interface Names {
  all: readonly Name[];
  byWord: ReadonlyMap<string, readonly Name[]>;
  bySound: ReadonlyMap<string, readonly Name[]>;
}

let made: Names | undefined;

/** Made when it is first needed; the glossary never changes. */
const names = (): Names => (made ??= newNames());

function newNames(): Names {
  const all = entries
    .flatMap((good) => [...new Set(phrasesOf(good))].map((text) => ({ good, text })))
    .map(({ good, text }, at): Name => {
      const words = wordsOf(text);
      return { at, good, text, words: ` ${words.join(' ')}`, folded: ` ${words.map(foldOfGlossary).join(' ')}` };
    });
  return { all, byWord: byBeginnings(all, ({ words }) => words), bySound: byBeginnings(all, ({ folded }) => folded) };
}

/** Characters of a beginning that names are kept by. */
const KEPT = 2;

function byBeginnings(all: readonly Name[], wordsIn: (name: Name) => string): Map<string, Name[]> {
  const kept = new Map<string, Name[]>();
  for (const name of all) {
    const words = wordsIn(name)
      .split(' ')
      .filter((word) => word !== '');
    for (const beginning of new Set(words.flatMap((word) => [word.slice(0, 1), word.slice(0, KEPT)]))) {
      const ones = kept.get(beginning);
      if (ones) ones.push(name);
      else kept.set(beginning, [name]);
    }
  }
  return kept;
}

/** All that fit, in their order, and others; each has a word that begins or sounds as the first that was typed. */
function candidates(typed: string, sound: string): readonly Name[] {
  const { all, byWord, bySound } = names();
  const keyOf = (text: string): string => text.slice(1).split(' ', 1)[0]!.slice(0, KEPT);
  if (sound !== '' && keyOf(sound) === '') return all;
  const found = new Set(byWord.get(keyOf(typed)));
  if (sound !== '') for (const name of bySound.get(keyOf(sound)) ?? []) found.add(name);
  return [...found].sort((one, other) => one.at - other.at);
}

/** How well a name fits what was typed, 0 best; undefined if it doesn't. */
function fit({ words, folded }: Name, typed: string, sound: string): number | undefined {
  if (words.startsWith(typed)) return words.length === typed.length ? 0 : 1;
  if (words.includes(typed)) return 2;
  if (sound === '') return undefined;
  return folded.startsWith(sound) ? 3 : folded.includes(sound) ? 4 : undefined;
}

/**
 * Goods one of whose names begins as typed, or has a word that does, in any script; what sounds so comes after. Among
 * those that fit alike the one with the most products comes first. Takes about a tenth of a millisecond.
 *
 * @param products how many there are of a good
 */
export function suggestionsFor(
  q: string,
  lang: string | undefined,
  limit: number,
  products: (good: string) => number,
): Suggestion[] {
  const words = wordsOf(q);
  if (words.length === 0) return [];
  const typed = ` ${words.join(' ')}`;
  const folded = words.map(foldWord).join(' ');
  const sound = folded.length < MIN_FOLDED ? '' : ` ${folded}`;
  const best = new Map<GlossaryEntry, { name: Name; rank: number }>();
  for (const name of candidates(typed, sound)) {
    const rank = fit(name, typed, sound);
    if (rank === undefined) continue;
    const known = best.get(name.good);
    // Of names that fit alike the shortest is what is typed.
    if (known && (known.rank < rank || (known.rank === rank && known.name.text.length <= name.text.length))) continue;
    best.set(name.good, { name, rank });
  }
  return [...best.values()]
    .map(({ name: { good, text }, rank }) => ({ good, text, rank, count: products(good.slug) }))
    .sort(
      (one, other) =>
        Number(one.count === 0) - Number(other.count === 0) ||
        one.rank - other.rank ||
        other.count - one.count ||
        other.good.reports - one.good.reports,
    )
    .slice(0, limit)
    .map(({ good, text, count }) => ({
      commodity: good.slug,
      text,
      displayName: (lang === undefined ? undefined : nameIn(good.names, lang)) ?? good.name,
      products: count,
    }));
}
