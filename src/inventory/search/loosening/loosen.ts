import type { CorrectedWord } from '../../../contracts/index.js';
import { FILLER_WORDS } from '../../glossary/index.js';
import { wordsOf } from '../../text/words.js';
import type { FoundPlace, Places } from './places.js';
import {
  best,
  byCost,
  byNames,
  MAX_QUERIES,
  namesOfGoods,
  partsOf,
  type Reading,
  readingsOf,
  type Words,
  wordsIn,
} from './readings.js';
import type { FoundName, Vocabulary } from './vocabulary.js';

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

/** A looser search whose finds follow those of a page on which nothing is called as it was typed. */
export interface FollowUp {
  /** As of a `LooserStep`; places are filtered by as they were for that page. */
  queries: readonly string[];
  dropped: readonly string[];
  corrected: readonly CorrectedWord[];
  /** Words of places, which are left out as well where they aren't filtered by. */
  places: readonly string[];
  /** Slugs of the goods that are meant most likely: a page that has one of them needs no more. */
  goods: ReadonlySet<string>;
}

/** Words of a query that are looked at. */
export const MAX_WORDS = 12;

/** A text, as far as looser searches and follow-ups read it alike. */
export interface ReadText {
  typed: readonly string[];
  places: readonly FoundPlace[];
  /** The best readings by how the words are written, whatever they sound like. */
  written: readonly Reading[];
  words: Words;
}

/** Reads as many words of a text as are looked at. */
export function readText(q: string, words: Words): ReadText {
  const typed = wordsOf(q).slice(0, MAX_WORDS);
  const places = placesAmong(typed, words);
  const written = best(readingsOf(partsOf(typed, places, words.vocabulary, true), words), byNames);
  return { typed, places, written, words };
}

/**
 * How to search for what finds nothing as it was typed, the strictest way first; empty if there is none. Depends on the
 * query and the words alone. With the follow-ups it takes some 1.5 ms of the process for a misspelt word, 4 ms for
 * twelve.
 *
 * Words of prices and markets go, and words that nothing has. Others are taken for what they may be meant to be: two
 * words that are one, one that is two, an inflected form, a slip of the finger, or something similar. A place is what
 * names no good. If all words together still find nothing, what names a good is looked for alone; at last not at the
 * place only.
 */
export function loosen({ typed, places, written, words }: ReadText): LooserStep[] {
  if (typed.length === 0) return [];
  const readings = readingsOf(partsOf(typed, places, words.vocabulary), words);
  const [closest, meant] = [best(readings, byCost), best(readings, byNames)];
  const found = readings.length > 0;
  // What a text sounds like may be nothing that anyone sells; then what it is almost written like is meant.
  const steps = found
    ? [...stricter(closest), ...stricter(meant), ...stricter(written), ...looser(meant, words.vocabulary)]
    : onlyPlaces(typed, places);
  // One place of each kind: the longest name, or the first one.
  const filtered = places.filter(({ kind }, at) => places.findIndex((other) => other.kind === kind) === at);
  const others = places.filter((place) => !filtered.includes(place));
  const there = places.length > 0 ? steps.map((step) => ({ ...without(step, typed, others), places: filtered })) : [];
  const anywhere = (places.length > 0 ? steps.slice(-1) : steps).map((step) => without(step, typed, places));
  const known = new Set([typed.join(' ')]);
  return [...there, ...(found ? anywhere : [])].filter(({ queries, places: where }) => {
    const text = [...queries, ...where.map(({ name }) => `@${name}`)].join('\n');
    return !known.has(text) && known.add(text);
  });
}

/**
 * What is meant, perhaps, by a query that finds only what sounds so, the strictest way first; empty for a query in
 * which every word is written as names have it, and that names no good. A word counts as it is written: `कादा` sounds
 * like a leaf vegetable, but is an onion (कांदा) with a slip of the pen.
 */
export function followUps({ typed, places, written, words: { vocabulary } }: ReadText): FollowUp[] {
  const named = (queries: readonly string[]): ReadonlySet<string> =>
    new Set(queries.flatMap((query) => namesWritten(query.split(' '), vocabulary).flatMap(({ goods }) => [...goods])));
  const steps = [
    // The commonest of what the text as a whole may be meant for.
    ...stricter(written).map((step) => ({ ...step, goods: named(step.queries.slice(0, 1)) })),
    ...looser(written, vocabulary, true).map((step) => ({ ...step, goods: named(step.queries) })),
  ];
  const known = new Set([typed.join(' ')]);
  const left = places.map(({ from, to }) => typed.slice(from, to).join(' '));
  return steps.flatMap(({ queries, ...step }) => {
    const text = queries.join('\n');
    if (step.goods.size === 0 || known.has(text)) return [];
    known.add(text);
    return [{ queries, ...step, places: left }];
  });
}

const namesWritten = (words: readonly string[], vocabulary: Vocabulary): FoundName[] =>
  vocabulary.namesAmong(words).filter(({ isTyped }) => isTyped);

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

/**
 * The places that a text names beside other words, however spelled, and those words but for fillers; undefined if it
 * names none. For vendors, whose own names are no vocabulary.
 */
export function placesOf(q: string, places: Places): { q: string | undefined; places: FoundPlace[] } | undefined {
  const typed = wordsOf(q).slice(0, MAX_WORDS);
  const isFiller = (at: number): boolean => FILLER_WORDS.has(typed[at]!);
  const found = places.among(typed, isFiller, false);
  if (found.length === 0) return undefined;
  const rest = typed.filter((_word, at) => !isFiller(at) && !found.some(({ from, to }) => at >= from && at < to));
  return { q: rest.length > 0 ? rest.join(' ') : undefined, places: found };
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

/** Everything that is left. */
function stricter(readings: readonly Reading[]): Omit<LooserStep, 'places'>[] {
  const queries = [...new Set(readings.map((reading) => wordsIn(reading).join(' ')))];
  return queries.length === 0 ? [] : [stepOf(queries, readings)];
}

/** What names goods, each by itself; without a whole name the last word that is part of one. */
function looser(readings: readonly Reading[], vocabulary: Vocabulary, isWritten = false): Omit<LooserStep, 'places'>[] {
  const kept = readings.map((reading) => {
    const words = wordsIn(reading);
    const names = isWritten ? namesWritten(words, vocabulary) : vocabulary.namesAmong(words);
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
      } else if (words !== typed) corrected.set(`${typed}\0${words}`, { from: typed, to: words });
    }
  }
  return { queries, dropped, corrected: [...corrected.values()] };
}
