import type { CorrectedWord } from '../../../contracts/index.js';
import { ENDINGS, FILLER_WORDS, ORDINARY_WORDS, QUALITY_WORDS } from '../../glossary/index.js';
import { isAscii } from '../../text/latin.js';
import { wordsOf } from '../../text/words.js';
import type { FoundPlace, Places } from './places.js';
import type { KnownName, Vocabulary } from './vocabulary.js';

/** A looser search, in place of one that finds nothing. */
export interface LooserStep {
  /** Texts of searches; what any of them finds is found. */
  queries: readonly string[];
  /** Words of the query that were left out, in its order. */
  dropped: readonly string[];
  corrected: readonly CorrectedWord[];
  /** What is filtered by besides. */
  places: readonly FoundPlace[];
}

/** What a query is read by. */
export interface Words {
  vocabulary: Vocabulary;
  places: Places;
  /** How many products there may be of a good: the commoner one is meant rather than another. */
  commonness: (good: string) => number;
}

/** Words of a query that are looked at. */
const MAX_WORDS = 12;
/** What a word may be taken for, and what the words of a query may be taken for together. */
const MAX_CANDIDATES = 4;
const MAX_READINGS = 24;
/** Searches of one step. */
const MAX_QUERIES = 4;

/** Letters that an ending leaves. */
const MIN_STEM = 2;
const OF_SCRIPTS = ENDINGS.map(({ script, endings }) => ({
  script: new RegExp(`\\p{Script=${script}}`, 'u'),
  endings,
}));

/** One of the ways to read a word, or two words that belong together. */
interface Candidate {
  /** Words in its place; undefined: it is left out. */
  words: string | undefined;
  cost: number;
}

const DROPPED: Candidate = { words: undefined, cost: 4 };

/** A part of the query. */
interface Part {
  typed: string;
  candidates: readonly Candidate[];
}

interface Reading {
  parts: readonly { typed: string; words: string | undefined }[];
  /** Whole names of goods in it count most, then what it costs. */
  named: number;
  cost: number;
  commonness: number;
}

/**
 * How to search for what finds nothing as it was typed, the strictest way first; empty if there is none. Depends on the
 * query and the words alone, and takes less than 1 ms a word.
 *
 * Words of prices and markets go, and words that nothing has. Others are taken for what they may be meant to be: two
 * words that are one, one that is two, an inflected form, a slip of the finger, or something similar. A place is what
 * names no good. If all words together still find nothing, what names a good is looked for alone; at last not at the
 * place only.
 */
export function loosen(q: string, words: Words): LooserStep[] {
  const typed = wordsOf(q).slice(0, MAX_WORDS);
  if (typed.length === 0) return [];
  const places = placesAmong(typed, words);
  const readings = readingsOf(partsOf(typed, places, words.vocabulary), words);
  const [closest, meant] = [best(readings, byCost), best(readings, byNames)];
  const found = readings.length > 0;
  const steps = found
    ? [...stricter(closest), ...stricter(meant), ...looser(meant, words.vocabulary)]
    : onlyPlaces(typed, places);
  const there = places.length > 0 ? steps.map((step) => ({ ...step, places })) : [];
  const anywhere = (places.length > 0 ? steps.slice(-1) : steps).map((step) => without(step, typed, places));
  const known = new Set([typed.join(' ')]);
  return [...there, ...(found ? anywhere : [])].filter(({ queries, places: where }) => {
    const text = [...queries, ...where.map(({ name }) => `@${name}`)].join('\n');
    return !known.has(text) && known.add(text);
  });
}

/** What is at the places, if the query says nothing else but words of prices. */
function onlyPlaces(typed: readonly string[], places: readonly FoundPlace[]): Omit<LooserStep, 'places'>[] {
  const others = typed.filter((_word, at) => !places.some(({ from, to }) => at >= from && at < to));
  return others.every((word) => FILLER_WORDS.has(word)) ? [{ queries: [], dropped: others, corrected: [] }] : [];
}

/**
 * Places where no good is named: first those called so, where nothing is typed that is a good's name; then what sounds
 * like a place, if there is a good beside.
 */
function placesAmong(typed: readonly string[], { vocabulary, places }: Words): FoundPlace[] {
  const names = vocabulary.namesAmong(typed);
  const isFiller = (at: number): boolean => FILLER_WORDS.has(typed[at]!);
  const isNamed = (at: number, ones = names): boolean => ones.some(({ from, to }) => at >= from && at < to);
  const asTyped = names.filter(({ isTyped }) => isTyped);
  const called = places.among(typed, (at) => isFiller(at) || isNamed(at, asTyped), true);
  const isTaken = (at: number): boolean =>
    isFiller(at) || isNamed(at) || called.some(({ from, to }) => at >= from && at < to);
  const isBeside = names.some(({ from, to }) => !called.some((place) => from < place.to && place.from < to));
  return isBeside ? [...called, ...places.among(typed, isTaken, false)] : called;
}

/** The same anywhere: the words of the places are dropped. */
function without(
  step: Omit<LooserStep, 'places'>,
  typed: readonly string[],
  places: readonly FoundPlace[],
): LooserStep {
  const words = places.map(({ from, to }) => typed.slice(from, to).join(' '));
  return { ...step, dropped: [...step.dropped, ...words], places: [] };
}

function partsOf(words: readonly string[], places: readonly FoundPlace[], vocabulary: Vocabulary): Part[] {
  const inName = new Set(
    vocabulary.namesAmong(words).flatMap(({ from, to }) => words.slice(from, to).map((_word, index) => from + index)),
  );
  const isPlace = (at: number): boolean => places.some(({ from, to }) => at >= from && at < to);
  const parts: Part[] = [];
  for (let at = 0; at < words.length; at += 1) {
    if (isPlace(at)) continue;
    const word = words[at]!;
    const next = words[at + 1];
    if (!inName.has(at) && next !== undefined && !inName.has(at + 1) && !isPlace(at + 1)) {
      const [joined] = namesOfGoods(vocabulary.named(word + next));
      if (joined) {
        parts.push({ typed: `${word} ${next}`, candidates: [{ words: joined.words, cost: 0.1 }] });
        at += 1;
        continue;
      }
    }
    const isLast = at === words.length - 1;
    const candidates = inName.has(at) ? [{ words: word, cost: 0 }] : candidatesFor(word, isLast, vocabulary);
    parts.push({ typed: word, candidates });
  }
  return parts;
}

const namesOfGoods = (names: readonly KnownName[]): KnownName[] => names.filter(({ goods }) => goods.size > 0);

function candidatesFor(word: string, isLast: boolean, vocabulary: Vocabulary): Candidate[] {
  if (FILLER_WORDS.has(word)) return [{ words: undefined, cost: 0 }];
  const names = vocabulary.named(word);
  if (names.some(({ words }) => !words.includes(' '))) {
    const asTyped = { words: word, cost: 0 };
    // A word that only some product has may be meant for a good all the same.
    return namesOfGoods(names).length > 0 ? [asTyped] : [asTyped, ...misspelt(word, vocabulary.goods)];
  }
  if (names.length > 0)
    return differing(
      names.map((name) => ({ name, cost: 0.1 })),
      word,
    );
  if (ORDINARY_WORDS.has(word)) return [isLast && vocabulary.begins(word) ? { words: word, cost: 0 } : DROPPED];
  const stems = stemsOf(word).flatMap((stem) => {
    // What is left of a misspelt word sounds like something too easily: kerela is no kairi.
    const [name] = namesOfGoods(vocabulary.named(stem)).filter(({ words }) => words === stem || !isAscii(stem));
    return name ?? [];
  });
  if (stems.length > 0) return differing([{ name: stems[0]!, cost: 0.5 }], word);
  if (isLast && vocabulary.begins(word)) return [{ words: word, cost: 0 }];
  const found = misspelt(word, vocabulary);
  return found.length > 0 ? found : [DROPPED];
}

/** What a word may be misspelt for; an ordinary word isn't. */
function misspelt(word: string, vocabulary: Pick<Vocabulary, 'closest' | 'similar'>): Candidate[] {
  if (ORDINARY_WORDS.has(word) || QUALITY_WORDS.has(word)) return [];
  const close = vocabulary.closest(word);
  return differing(close.length > 0 ? close : vocabulary.similar(word), word);
}

/** What may stand in place of an inflected word, the shortest ending taken off last. */
function stemsOf(word: string): string[] {
  return OF_SCRIPTS.filter(({ script }) => script.test(word)).flatMap(({ endings }) =>
    endings
      .filter(([ending]) => word.endsWith(ending) && word.length >= ending.length + MIN_STEM)
      .map(([ending, replacement]) => word.slice(0, word.length - ending.length) + replacement),
  );
}

/** Names that sound the same are one; better in the script of the query. */
function differing(found: readonly { name: KnownName; cost: number }[], word: string): Candidate[] {
  const isLatin = isAscii(word);
  const sorted = [...found].sort((one, other) => rankOf(one.name, isLatin) - rankOf(other.name, isLatin));
  const byGoods = new Map<string, Candidate>();
  for (const { name, cost } of sorted) {
    const key = name.goods.size > 0 ? [...name.goods].sort().join() : name.words;
    if (!byGoods.has(key)) byGoods.set(key, { words: name.words, cost });
  }
  return [...byGoods.values()].slice(0, MAX_CANDIDATES);
}

const rankOf = ({ goods, words }: KnownName, isLatin: boolean): number =>
  (goods.size > 0 ? 0 : 2) + (isAscii(words) === isLatin ? 0 : 1);

/** All that something is left of. */
function readingsOf(parts: readonly Part[], { vocabulary, commonness }: Words): Reading[] {
  let all: { parts: Reading['parts']; cost: number }[] = [{ parts: [], cost: 0 }];
  for (const { typed, candidates } of parts) {
    all = all
      .flatMap((before) =>
        candidates.map(({ words, cost }) => ({ parts: [...before.parts, { typed, words }], cost: before.cost + cost })),
      )
      .slice(0, MAX_READINGS);
  }
  return all
    .map((one): Reading => {
      const names = vocabulary.namesAmong(wordsIn(one));
      const named = names.reduce((count, { from, to }) => count + to - from, 0);
      const goods = names.flatMap(({ goods: some }) => [...some].map(commonness));
      return { ...one, named, commonness: Math.max(0, ...goods) };
    })
    .filter((one) => wordsIn(one).length > 0);
}

type Compare = (one: Reading, other: Reading) => number;
const byCost: Compare = (one, other) => one.cost - other.cost || other.named - one.named;
const byNames: Compare = (one, other) => other.named - one.named || one.cost - other.cost;

/** The readings that are equally good, and better than all others; the commonest goods first. */
function best(readings: readonly Reading[], compare: Compare): Reading[] {
  const sorted = [...readings].sort((one, other) => compare(one, other) || other.commonness - one.commonness);
  return sorted.filter((one) => compare(one, sorted[0]!) === 0).slice(0, MAX_QUERIES);
}

const wordsIn = ({ parts }: Pick<Reading, 'parts'>): string[] =>
  parts.flatMap(({ words }) => (words === undefined ? [] : words.split(' ')));

/** Everything that is left. */
function stricter(readings: readonly Reading[]): Omit<LooserStep, 'places'>[] {
  const queries = [...new Set(readings.map((reading) => wordsIn(reading).join(' ')))];
  return queries.length === 0 ? [] : [stepOf(queries, readings)];
}

/** What names goods, each by itself; without a whole name the last word that is part of one. */
function looser(readings: readonly Reading[], vocabulary: Vocabulary): Omit<LooserStep, 'places'>[] {
  const kept = readings.map((reading) => {
    const words = wordsIn(reading);
    const names = vocabulary.namesAmong(words);
    if (names.length > 0) return names.map(({ from, to }) => words.slice(from, to).join(' '));
    const part = words.findLast((word) => namesOfGoods(vocabulary.named(word)).length > 0);
    return part === undefined ? [] : [part];
  });
  const queries = [...new Set(kept.flat())].slice(0, MAX_QUERIES);
  if (queries.length === 0) return [];
  const words = new Set(queries.flatMap((query) => query.split(' ')));
  return [
    stepOf(
      queries,
      readings.map((reading) => only(reading, words)),
    ),
  ];
}

const only = (reading: Reading, kept: ReadonlySet<string>): Reading => ({
  ...reading,
  parts: reading.parts.map(({ typed, words }) => {
    const isKept = words?.split(' ').some((word) => kept.has(word)) === true;
    return { typed, words: isKept ? words : undefined };
  }),
});

function stepOf(queries: readonly string[], readings: readonly Reading[]): Omit<LooserStep, 'places'> {
  const corrected = new Map<string, CorrectedWord>();
  const dropped: string[] = [];
  for (const { parts } of readings) {
    for (const { typed, words } of parts) {
      if (words === undefined) {
        if (parts === readings[0]!.parts) dropped.push(typed);
      } else if (words !== typed) corrected.set(`${typed} ${words}`, { from: typed, to: words });
    }
  }
  return { queries, dropped, corrected: [...corrected.values()] };
}
