import { distance, FAR, lettersApart, lettersOf } from './edit-distance.js';

/** Letters of a word from which on one slip is thought of, one and a half, and two. */
const ONE_EDIT_FROM = 4;
const MORE_FROM = 6;
const TWO_EDITS_FROM = 9;

const mostEdits = (letters: number): number => (letters < MORE_FROM ? 1 : letters < TWO_EDITS_FROM ? 1.5 : 2);

/** Of trigrams that two words must have in common, and letters that both must have. */
const SIMILAR = 0.5;
const SIMILAR_FROM = 6;

interface Spelling<Name> {
  latin: string;
  letters: number;
  /** How many trigrams it has; 0 for a word that is too short to be found by them. */
  trigrams: number;
  names: Name[];
}

export interface Close<Name> {
  name: Name;
  /** The less, the closer. */
  cost: number;
}

/** Words in Latin letters, by what is almost spelled like them. */
export class Spellings<Name> {
  private readonly all = new Map<string, Spelling<Name>>();
  /** By their numbers of letters. */
  private readonly lengths: Spelling<Name>[][] = [];
  private readonly trigrams = new Map<string, Spelling<Name>[]>();

  add(latin: string, name: Name): void {
    const known = this.all.get(latin);
    if (known) {
      known.names.push(name);
      return;
    }
    const trigrams = latin.length < SIMILAR_FROM ? new Set<string>() : trigramsOf(latin);
    const spelling = { latin, letters: lettersOf(latin), trigrams: trigrams.size, names: [name] };
    this.all.set(latin, spelling);
    (this.lengths[latin.length] ??= []).push(spelling);
    for (const trigram of trigrams) {
      const having = this.trigrams.get(trigram);
      if (having) having.push(spelling);
      else this.trigrams.set(trigram, [spelling]);
    }
  }

  /**
   * Those that a slip of the finger makes of the word, the closest ones: one edit from 4 letters on, two from 9, of
   * which some count half; a wrong first letter counts more. Looks at all words of about the same length, which takes
   * some 100 µs.
   */
  closest(latin: string): Close<Name>[] {
    if (latin.length < ONE_EDIT_FROM) return [];
    const most = mostEdits(latin.length);
    const reach = Math.floor(most);
    const letters = lettersOf(latin);
    const found: { spelling: Spelling<Name>; cost: number }[] = [];
    for (let length = Math.max(latin.length - reach, ONE_EDIT_FROM - 1); length <= latin.length + reach; length += 1) {
      for (const spelling of this.lengths[length] ?? []) {
        if (lettersApart(letters, spelling.letters) > 2 * most) continue;
        const cost = distance(latin, spelling.latin, most);
        if (cost < FAR) found.push({ spelling, cost });
      }
    }
    return closestOf(found.filter(({ cost }) => cost <= most || latin.length > ONE_EDIT_FROM + 1));
  }

  /** Those that have most of their trigrams in common with it: words of which parts are left out or added. */
  similar(latin: string): Close<Name>[] {
    if (latin.length < SIMILAR_FROM) return [];
    const trigrams = trigramsOf(latin);
    const common = new Map<Spelling<Name>, number>();
    for (const trigram of trigrams) {
      for (const spelling of this.trigrams.get(trigram) ?? []) common.set(spelling, (common.get(spelling) ?? 0) + 1);
    }
    const found: { spelling: Spelling<Name>; cost: number }[] = [];
    for (const [spelling, count] of common) {
      const all = trigrams.size + spelling.trigrams - count;
      if (count / all >= SIMILAR && spelling.latin[0] === latin[0]) found.push({ spelling, cost: 3 - count / all });
    }
    return closestOf(found);
  }
}

function closestOf<Name>(found: readonly { spelling: Spelling<Name>; cost: number }[]): Close<Name>[] {
  const least = Math.min(...found.map(({ cost }) => cost));
  return found
    .filter(({ cost }) => cost === least)
    .flatMap(({ spelling, cost }) => spelling.names.map((name) => ({ name, cost })));
}

/** As pg_trgm makes them: two blanks before a word, one behind it. */
function trigramsOf(latin: string): Set<string> {
  const padded = `  ${latin} `;
  const trigrams = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at += 1) trigrams.add(padded.slice(at, at + 3));
  return trigrams;
}
