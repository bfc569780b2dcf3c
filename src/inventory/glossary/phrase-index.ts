/** A trie over words: finds which glossary entries a text names, in time proportional to the text's words. */
import { COMPOUNDS } from './compounds.js';
import { type GlossaryEntry } from './glossary-entry.js';

/** Splits a text into comparable words; the same function must read the glossary and the texts searched. */
export type Normalise = (text: string) => string[];

interface Node {
  readonly next: Map<string, Node>;
  /** Entries of which the words up to here are a name; empty for a compound that belongs to none. */
  entries: GlossaryEntry[] | undefined;
}

/** Portal names that mean their commodity only when they stand alone: 'Black beans' are not French beans. */
const TOO_GENERIC: ReadonlySet<string> = new Set(['Beans', 'Yam', 'Wood']);

export class PhraseIndex {
  private readonly root: Node = newNode();
  private readonly wholeTexts = new Map<string, GlossaryEntry>();

  constructor(
    entries: readonly GlossaryEntry[],
    private readonly normalise: Normalise,
  ) {
    for (const compound of COMPOUNDS) this.endOf(compound);
    for (const entry of entries) {
      for (const phrase of phrasesOf(entry)) {
        const named = this.endOf(phrase);
        if (!named.includes(entry)) named.push(entry);
      }
      for (const name of entry.portal.filter((name) => TOO_GENERIC.has(name))) {
        this.wholeTexts.set(normalise(name).join(' '), entry);
      }
    }
  }

  /**
   * What the text names, in order: for each phrase the entries that it is a name of, mostly one. Of overlapping phrases
   * the first wins, then the longest.
   */
  read(text: string): (readonly GlossaryEntry[])[] {
    const words = this.normalise(text);
    const whole = words.length === 1 ? this.wholeTexts.get(words[0] ?? '') : undefined;
    const found: (readonly GlossaryEntry[])[] = whole === undefined ? [] : [[whole]];
    let at = 0;
    while (at < words.length) {
      const match = this.longestFrom(words, at);
      if (match !== undefined) found.push(match.entries);
      at += match?.length ?? 1;
    }
    return found;
  }

  private longestFrom(words: readonly string[], start: number) {
    let node: Node | undefined = this.root;
    let match: { entries: readonly GlossaryEntry[]; length: number } | undefined;
    for (let i = start; i < words.length; i++) {
      node = node.next.get(words[i] ?? '');
      if (node === undefined) break;
      if (node.entries !== undefined) match = { entries: node.entries, length: i + 1 - start };
    }
    return match;
  }

  /** The entries filed under a phrase, whose place in the trie is made if it is new. */
  private endOf(phrase: string): GlossaryEntry[] {
    const words = this.normalise(phrase);
    if (words.length === 0) return [];
    let node = this.root;
    for (const word of words) {
      let child = node.next.get(word);
      if (child === undefined) node.next.set(word, (child = newNode()));
      node = child;
    }
    return (node.entries ??= []);
  }
}

/** Every way to write the commodity: its English and portal names and aliases in both numbers, and its native names. */
export function phrasesOf(entry: GlossaryEntry): string[] {
  const latin = [entry.name, ...entry.portal.filter((name) => !TOO_GENERIC.has(name)), ...entry.aliases];
  const native = [...Object.values(entry.names), ...Object.values(entry.others).flat()];
  return [...latin.flatMap((phrase) => [phrase, otherNumber(phrase)]), ...native];
}

/** English plural of a singular; singular of the few plurals the glossary uses. Harmless on vernacular words. */
function otherNumber(phrase: string): string {
  if (/(bean|pea|seed|grape|nut|pod)s$/i.test(phrase)) return phrase.slice(0, -1);
  if (/s$/i.test(phrase)) return phrase;
  if (/[^aeiou]y$/i.test(phrase)) return `${phrase.slice(0, -1)}ies`;
  return /(ch|sh|x|o)$/i.test(phrase) ? `${phrase}es` : `${phrase}s`;
}

function newNode(): Node {
  return { next: new Map(), entries: undefined };
}
