import { LRUCache } from 'lru-cache';
import { phrasesOf } from '../../glossary/phrase-index.js';
import { entries, FILLER_WORDS } from '../../glossary/index.js';
import { foldWord } from '../../text/fold.js';
import { isAscii, latinOf } from '../../text/latin.js';
import { wordsOf } from '../../text/words.js';
import { foldOfGlossary } from './glossary-folds.js';
import { type Close, Spellings } from './spellings.js';

/** Words of products that are kept beside those of the glossary. */
export const MAX_LEARNED = 20_000;

/** Words of a name that are looked at together. */
const MAX_PHRASE = 5;
/** Words of a name that are also known as one. */
const MAX_JOINED = 3;
/** Words of late texts of which it is known what they are close to: each reading of a text asks for its words again. */
const LATE = 100;
/** Letters of a folded form that tell one word from another. */
const MIN_FOLDED = 3;

/** What a slip costs more in Latin letters, if the word isn't written so: people slip in the script that they write. */
const OTHER_SCRIPT = 0.5;

/** A name, or a word of one: as it is found, and as it is compared. */
export interface KnownName {
  /** One word or more. */
  readonly words: string;
  /** Slugs of the goods of whose names it is all or part; empty for a word that only products have. */
  readonly goods: ReadonlySet<string>;
}

/** Where in a query a name was found. */
export interface FoundName {
  from: number;
  /** Behind its last word. */
  to: number;
  goods: ReadonlySet<string>;
  /** Whether it is written so, and doesn't just sound so. */
  isTyped: boolean;
}

interface Name extends KnownName {
  goods: Set<string>;
}

const NO_GOODS: ReadonlySet<string> = new Set();

/** Names by how they are written, and by how they sound. */
class Names {
  readonly byWords = new Map<string, Name>();
  private readonly byFold = new Map<string, Name[]>();
  /** Goods by their whole names: as typed, and folded behind a mark. */
  private readonly goods = new Map<string, Set<string>>();
  /** In Latin letters, and in other scripts as they are written. */
  private readonly latin = new Spellings<KnownName>();
  private readonly native = new Spellings<KnownName>();
  private readonly unspelled: Name[] = [];
  private readonly closestOfLate = new LRUCache<string, Close<KnownName>[]>({ max: LATE });

  /** A whole name of a good, and its words. */
  addWhole(words: readonly string[], good: string): void {
    if (words.length === 0) return;
    for (const word of words) this.add(word, good);
    const folded = words.map(foldOfGlossary).join(' ').trim();
    for (const key of [words.join(' '), `~${folded}`]) {
      const goods = this.goods.get(key);
      if (goods) goods.add(good);
      else this.goods.set(key, new Set([good]));
    }
    // As one word, too: greengram, ladyfinger.
    if (words.length > 1 && words.length <= MAX_JOINED) this.add(words.join(' '), good);
  }

  add(words: string, good?: string): void {
    let name = this.byWords.get(words);
    if (!name) {
      this.byWords.set(words, (name = { words, goods: new Set() }));
      const folded = foldWord(words.replaceAll(' ', ''));
      const alike = this.byFold.get(folded);
      if (alike) alike.push(name);
      else this.byFold.set(folded, [name]);
      this.unspelled.push(name);
      this.closestOfLate.clear();
    }
    if (good !== undefined) name.goods.add(good);
  }

  /** Names that differ from a word by a slip of the finger. @see Spellings.closest */
  closest(word: string): Close<KnownName>[] {
    let found = this.closestOfLate.get(word);
    if (!found) this.closestOfLate.set(word, (found = this.lookForClosest(word)));
    return found;
  }

  private lookForClosest(word: string): Close<KnownName>[] {
    this.spell();
    const found = this.latin.closest(latinOf(word));
    if (isAscii(word)) return found;
    return least([
      ...this.native.closest(word),
      ...found.map(({ name, cost }) => ({ name, cost: cost + OTHER_SCRIPT })),
    ]);
  }

  /** Names that have most of their trigrams in common with a word. @see Spellings.similar */
  similar(word: string): Close<KnownName>[] {
    this.spell();
    return this.latin.similar(latinOf(word));
  }

  /** Most processes never meet a misspelt word, or not soon. */
  private spell(): void {
    for (const name of this.unspelled.splice(0)) {
      const { words } = name;
      this.latin.add(words.split(' ').map(latinOf).join(''), name);
      if (!isAscii(words)) this.native.add(words.replaceAll(' ', ''), name);
    }
  }

  named(word: string, folded: string): readonly Name[] {
    const exact = this.byWords.get(word);
    const alike = folded.length < MIN_FOLDED ? [] : (this.byFold.get(folded) ?? []);
    return exact ? [exact, ...alike.filter((name) => name !== exact)] : alike;
  }

  begins(word: string): boolean {
    for (const name of this.byWords.keys()) if (name.startsWith(word)) return true;
    return false;
  }

  isName(words: readonly string[]): boolean {
    return this.goods.has(words.join(' '));
  }

  goodsCalled(words: readonly string[]): ReadonlySet<string> {
    const typed = this.goods.get(words.join(' '));
    if (typed) return typed;
    // A word of prices in another spelling is no part of a name: ಬೆಲೆ (price) is no bele (dal).
    if (words.some((word) => FILLER_WORDS.has(word))) return NO_GOODS;
    const folded = foldedPhrase(words);
    return (folded.length < MIN_FOLDED ? undefined : this.goods.get(`~${folded}`)) ?? NO_GOODS;
  }
}

const REPORTS: ReadonlyMap<string, number> = new Map(entries.map(({ slug, reports }) => [slug, reports]));

const foldsOfLate = new LRUCache<string, string>({ max: LATE });

function foldOfLate(word: string): string {
  let folded = foldsOfLate.get(word);
  if (folded === undefined) foldsOfLate.set(word, (folded = foldWord(word)));
  return folded;
}

const foldedPhrase = (words: readonly string[]): string => words.map(foldOfLate).join(' ').trim();

let ofGlossary: Names | undefined;

/** Made when it is first needed, which takes some 100 ms; it never changes. */
function namesOfGlossary(): Names {
  if (!ofGlossary) {
    ofGlossary = new Names();
    for (const good of entries) {
      for (const phrase of phrasesOf(good)) ofGlossary.addWhole(wordsOf(phrase), good.slug);
      for (const word of wordsOf(good.category)) ofGlossary.add(word);
    }
  }
  return ofGlossary;
}

/**
 * All words by which something may be found, for the search that finds nothing: the names of the glossary, and words of
 * products' names that instances meet. What it lacks can only make a search looser than need be, since what is spelled
 * as it is stored is found without it.
 */
export class Vocabulary {
  /** Rises with whatever may change what a query is taken for. */
  version = 0;
  private readonly learned = new Names();
  /** Words that were met before the glossary was needed. */
  private readonly met = new Set<string>();

  /** The glossary's names. What was met before they were needed is taken in with them. */
  private get glossary(): Names {
    const names = namesOfGlossary();
    if (this.met.size > 0) {
      const met = [...this.met];
      this.met.clear();
      this.learn(met);
    }
    return names;
  }

  /** What is almost spelled like a word, among names of goods. */
  get goods(): Pick<Vocabulary, 'closest' | 'similar'> {
    return this.glossary;
  }

  /** Whether no more words are learned. */
  get isFull(): boolean {
    return Math.max(this.learned.byWords.size, this.met.size) >= MAX_LEARNED;
  }

  /** How common a good is: its price reports in a week of all markets. */
  reportsOf(good: string): number {
    return REPORTS.get(good) ?? 0;
  }

  /** @returns whether any word is new */
  learn(words: Iterable<string>): boolean {
    if (!ofGlossary) {
      for (const word of words) if (this.met.size < MAX_LEARNED) this.met.add(word);
      return false;
    }
    const before = this.learned.byWords.size;
    for (const word of words) {
      if (this.learned.byWords.size >= MAX_LEARNED) break;
      if (!this.glossary.byWords.has(word)) this.learned.add(word);
    }
    if (this.learned.byWords.size === before) return false;
    this.version += 1;
    return true;
  }

  /** Whether a name of a good has the word, written so. @param isBegun whether one that begins so counts */
  hasWritten(word: string, isBegun: boolean): boolean {
    return this.glossary.byWords.has(word) || (isBegun && this.glossary.begins(word));
  }

  /** Whether the word, as typed, begins one that something has. */
  begins(word: string): boolean {
    return this.glossary.begins(word) || this.learned.begins(word);
  }

  /** The names that are spelled so, or so that they sound the same. */
  named(word: string): readonly KnownName[] {
    const folded = foldWord(word);
    return [...this.glossary.named(word, folded), ...this.learned.named(word, folded)];
  }

  /** Whole names of goods among the words, the longest ones first, none within another. */
  namesAmong(words: readonly string[]): FoundName[] {
    const found: FoundName[] = [];
    for (let length = Math.min(MAX_PHRASE, words.length); length > 0; length -= 1) {
      for (let from = 0; from + length <= words.length; from += 1) {
        const to = from + length;
        if (found.some((other) => from < other.to && other.from < to)) continue;
        const name = words.slice(from, to);
        const goods = this.glossary.goodsCalled(name);
        if (goods.size > 0) found.push({ from, to, goods, isTyped: this.glossary.isName(name) });
      }
    }
    return found.sort((one, other) => one.from - other.from);
  }

  /** Names that differ from a word by a slip of the finger. @see Spellings.closest */
  closest(word: string): Close<KnownName>[] {
    return least([...this.glossary.closest(word), ...this.learned.closest(word)]);
  }

  /** Names that have most of their trigrams in common with a word. @see Spellings.similar */
  similar(word: string): Close<KnownName>[] {
    return this.glossary.similar(word);
  }
}

function least(found: readonly Close<KnownName>[]): Close<KnownName>[] {
  const cost = Math.min(...found.map((one) => one.cost));
  return found.filter((one) => one.cost === cost);
}
