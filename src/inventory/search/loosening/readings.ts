import { ENDINGS, FILLER_WORDS, ORDINARY_WORDS, QUALITY_WORDS } from '../../glossary/index.js';
import { isAscii } from '../../text/latin.js';
import type { FoundPlace, Places } from './places.js';
import type { Close } from './spellings.js';
import type { KnownName, Vocabulary } from './vocabulary.js';

/** What a query is read by. */
export interface Words {
  vocabulary: Vocabulary;
  places: Places;
  /** How many products there may be of a good: the commoner one is meant rather than another. */
  commonness: (good: string) => number;
}

/** What a word may be taken for, and what the words of a query may be taken for together. */
const MAX_CANDIDATES = 4;
const MAX_READINGS = 24;
/** Words that may be one name together, and how many times it is looked for what they may be misspelt for. */
const MAX_JOINED = 3;
const MAX_JOINED_SLIPS = 4;
/** Readings that are equally good. */
export const MAX_QUERIES = 4;

/** What it costs to take an ending off. */
const STEM_COST = 0.5;
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

export interface Reading {
  parts: readonly { typed: string; words: string | undefined }[];
  /** Whole names of goods in it count most, then what it costs. */
  named: number;
  cost: number;
  commonness: number;
}

/**
 * The parts of a query, but for the places, with what each may be.
 *
 * @param isWritten whether only what is written so counts as a name, and not what sounds so
 */
export function partsOf(
  words: readonly string[],
  places: readonly FoundPlace[],
  vocabulary: Vocabulary,
  isWritten = false,
): Part[] {
  const names = vocabulary.namesAmong(words).filter(({ isTyped }) => isTyped || !isWritten);
  const inName = new Set(names.flatMap(({ from, to }) => words.slice(from, to).map((_word, index) => from + index)));
  const isPlace = (at: number): boolean => places.some(({ from, to }) => at >= from && at < to);
  let slipsLeft = MAX_JOINED_SLIPS;
  const closestTo = (word: string): Close<KnownName>[] => {
    slipsLeft -= 1;
    return slipsLeft < 0 ? [] : vocabulary.goods.closest(word);
  };
  const joinedFrom = (at: number): { part: Part; length: number } | undefined => {
    for (let length = Math.min(MAX_JOINED, words.length - at); length > 1; length -= 1) {
      const range = Array.from({ length }, (_none, index) => at + index);
      // What is left out anyway is no part of a word: کا ریٹ (the rate of) is no کاریٹ (carrot).
      const isName = names.some(({ from, to }) => from <= at && to >= at + length);
      if (isName || range.some((one) => isPlace(one) || FILLER_WORDS.has(words[one]!))) continue;
      const together = words.slice(at, at + length);
      const candidate = joined(together, !range.some((one) => inName.has(one)), vocabulary, closestTo);
      if (candidate) return { part: { typed: together.join(' '), candidates: [candidate] }, length };
    }
    return undefined;
  };
  const parts: Part[] = [];
  for (let at = 0; at < words.length; at += 1) {
    if (isPlace(at)) continue;
    const word = words[at]!;
    const together = joinedFrom(at);
    if (together) {
      parts.push(together.part);
      at += together.length - 1;
      continue;
    }
    const isLast = at === words.length - 1;
    const candidatesOf = isWritten ? meantInstead : candidatesFor;
    const candidates = inName.has(at) ? [{ words: word, cost: 0 }] : candidatesOf(word, isLast, vocabulary);
    parts.push({ typed: word, candidates });
  }
  return parts;
}

/**
 * A name that words are together, if one of them is none: two that are one (`drum stick`), or a name of several with a
 * slip of the finger, of which a word may be too short to tell it by itself (`mustard oul`).
 *
 * @param isNew whether none of them is a name, or part of one
 */
function joined(
  words: readonly string[],
  isNew: boolean,
  vocabulary: Vocabulary,
  closestTo: Vocabulary['closest'],
): Candidate | undefined {
  const word = words.join('');
  const [known] = namesOfGoods(vocabulary.named(word)).filter(
    (name) => (isNew && words.length === 2) || name.words === word,
  );
  if (known) return { words: known.words, cost: 0.1 };
  const isUnknown = (one: string): boolean => !ORDINARY_WORDS.has(one) && !vocabulary.hasWritten(one, false);
  if (isNew || !words.some(isUnknown)) return undefined;
  const [close] = closestTo(word).filter(({ name, cost }) => name.words.includes(' ') && cost <= 1);
  return close && { words: close.name.words, cost: close.cost };
}

export const namesOfGoods = (names: readonly KnownName[]): KnownName[] => names.filter(({ goods }) => goods.size > 0);

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
  if (stems.length > 0) return stemOrSlip(stems[0]!, word, vocabulary);
  if (isLast && vocabulary.begins(word)) return [{ words: word, cost: 0 }];
  const found = misspelt(word, vocabulary);
  return found.length > 0 ? found : [DROPPED];
}

/** What a word that isn't written so anywhere may be meant to be, whatever it sounds like. */
function meantInstead(word: string, isLast: boolean, vocabulary: Vocabulary): Candidate[] {
  if (FILLER_WORDS.has(word)) return [{ words: undefined, cost: 0 }];
  if (vocabulary.hasWritten(word, isLast)) return [{ words: word, cost: 0 }];
  if (ORDINARY_WORDS.has(word)) return [DROPPED];
  const stems = stemsOf(word).flatMap((stem) =>
    namesOfGoods(vocabulary.named(stem)).filter(({ words }) => words === stem),
  );
  if (stems.length > 0) return stemOrSlip(stems[0]!, word, vocabulary);
  const found = misspelt(word, vocabulary.goods);
  return found.length > 0 ? found : [{ words: word, cost: 0 }];
}

/** In Latin letters, half a slip is likelier than an ending: onaon is an onion, and no ona. */
function stemOrSlip(stem: KnownName, word: string, vocabulary: Vocabulary): Candidate[] {
  const slips = isAscii(word) ? misspelt(word, vocabulary.goods).filter(({ cost }) => cost <= STEM_COST) : [];
  return slips.length > 0 ? slips : differing([{ name: stem, cost: STEM_COST }], word);
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
export function readingsOf(parts: readonly Part[], { vocabulary, commonness }: Words): Reading[] {
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
export const byCost: Compare = (one, other) => one.cost - other.cost || other.named - one.named;
export const byNames: Compare = (one, other) => other.named - one.named || one.cost - other.cost;

/** The readings that are equally good, and better than all others; the commonest goods first. */
export function best(readings: readonly Reading[], compare: Compare): Reading[] {
  const sorted = [...readings].sort((one, other) => compare(one, other) || other.commonness - one.commonness);
  return sorted.filter((one) => compare(one, sorted[0]!) === 0).slice(0, MAX_QUERIES);
}

export const wordsIn = ({ parts }: Pick<Reading, 'parts'>): string[] =>
  parts.flatMap(({ words }) => (words === undefined ? [] : words.split(' ')));
