import type { PlaceSpellings, ProductFilters, Vendor } from '../../../contracts/index.js';
import { ORDINARY_WORDS, PLACE_ALIASES, STATE_NAMES } from '../../glossary/index.js';
import { foldWord } from '../../text/fold.js';
import { isAscii, latinOf } from '../../text/latin.js';
import { wordsOf } from '../../text/words.js';
import { Spellings } from './spellings.js';

/** The larger one first: a district is often called like its market. */
const KINDS = ['state', 'district', 'market'] as const;
type Kind = (typeof KINDS)[number];

/** Words of a place's name that are looked at together. */
const MAX_WORDS = 5;
/** Letters from which on a place may be misspelt. */
const MISSPELT_FROM = 6;
/** Letters of a folded form that tell one place from another. */
const MIN_FOLDED = 3;

/** A place that words of a query name. */
export interface FoundPlace {
  from: number;
  /** Behind its last word. */
  to: number;
  kind: Kind;
  /** As most vendors have it, or one of them. */
  name: string;
  /** As vendors spell it. */
  spellings: readonly string[];
}

/** One way to write a place. */
const keyOf = (name: string): string => wordsOf(name).join(' ');
const foldOf = (name: string): string => wordsOf(name).map(foldWord).join(' ').trim();

/** Names that mean the same, by each of them. */
function classesOf(lists: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    lists.flatMap((names) => {
      const keys = [...new Set(names.map(keyOf))];
      return keys.map((key) => [key, keys] as const);
    }),
  );
}

const TOWNS = classesOf(PLACE_ALIASES);
const ALIASES: Readonly<Record<Kind, ReadonlyMap<string, readonly string[]>>> = {
  state: classesOf(STATE_NAMES.map(({ name, aliases }) => [name, ...aliases])),
  district: TOWNS,
  market: TOWNS,
};

/** The places of one kind that vendors are at. */
class PlacesOfKind {
  /** As vendors spell them, by their words. */
  private readonly byKey = new Map<string, Set<string>>();
  private readonly byFold = new Map<string, Set<string>>();
  private readonly latin = new Spellings<string>();

  constructor(private readonly aliases: ReadonlyMap<string, readonly string[]>) {}

  /** @returns whether it is new */
  add(name: string): boolean {
    const key = keyOf(name);
    const known = this.byKey.get(key);
    if (known) return !known.has(name) && !!known.add(name);
    this.byKey.set(key, new Set([name]));
    const alike = this.byFold.get(foldOf(name));
    if (alike) alike.add(key);
    else this.byFold.set(foldOf(name), new Set([key]));
    this.latin.add(key.split(' ').map(latinOf).join(''), key);
    return true;
  }

  /** Written so, whatever the case, or called so as well. */
  called(key: string): string[] {
    const names = [key, ...(this.aliases.get(key) ?? [])];
    return [...new Set(names)].flatMap((name) => [...(this.byKey.get(name) ?? [])]);
  }

  /** Sounding so. */
  sounding(key: string): string[] {
    const folded = foldOf(key);
    if (folded.length < MIN_FOLDED) return [];
    return [...(this.byFold.get(folded) ?? [])].flatMap((name) => [...this.byKey.get(name)!]);
  }

  /** One slip of the finger away. */
  misspelt(key: string): string[] {
    const latin = key.split(' ').map(latinOf).join('');
    if (latin.length < MISSPELT_FROM) return [];
    const close = this.latin.closest(latin).filter(({ cost }) => cost <= 1);
    return close.slice(0, 1).flatMap(({ name }) => [...this.byKey.get(name)!]);
  }
}

/** Where vendors are: states, districts and markets, in all the spellings that they have. */
export class Places {
  /** Rises with every place, and every spelling of one, that is new. */
  version = 0;
  private readonly kinds: Readonly<Record<Kind, PlacesOfKind>> = {
    state: new PlacesOfKind(ALIASES.state),
    district: new PlacesOfKind(ALIASES.district),
    market: new PlacesOfKind(ALIASES.market),
  };

  add(vendor: Pick<Vendor, Kind>): void {
    for (const kind of KINDS) {
      const name = vendor[kind];
      if (name !== null && name !== '' && this.kinds[kind].add(name)) this.version += 1;
    }
  }

  /**
   * The spellings of places that are filtered by: as given, and as vendors write it otherwise; undefined if none does.
   * A name in another script also means what sounds like it; in Latin letters Sirsa isn't Sirsi. A place that is new
   * takes none of them away, so what was found at a position is found again when more places are known.
   */
  spellingsOf(place: Pick<ProductFilters, Kind>): PlaceSpellings | undefined {
    const spellings: Partial<Record<Kind, readonly string[]>> = {};
    for (const kind of KINDS) {
      const name = place[kind];
      if (name === undefined) continue;
      const key = keyOf(name);
      const called = this.kinds[kind].called(key);
      const found = isAscii(key) ? called : [...called, ...this.kinds[kind].sounding(key)];
      if (found.some((other) => other !== name)) spellings[kind] = [...new Set([name, ...found])].sort();
    }
    return Object.keys(spellings).length > 0 ? spellings : undefined;
  }

  /**
   * Places among words, the longest names first.
   *
   * @param isAlone whether no good is named beside: then a place must be named as it is called
   */
  among(words: readonly string[], isTaken: (at: number) => boolean, isAlone: boolean): FoundPlace[] {
    const found: FoundPlace[] = [];
    for (let length = Math.min(MAX_WORDS, words.length); length > 0; length -= 1) {
      for (let from = 0; from + length <= words.length; from += 1) {
        const to = from + length;
        const range = Array.from({ length }, (_none, index) => from + index);
        if (range.some(isTaken) || found.some((other) => from < other.to && other.from < to)) continue;
        const place = this.named(words.slice(from, to), isAlone);
        if (place) found.push({ from, to, ...place });
      }
    }
    return found;
  }

  private named(
    words: readonly string[],
    isAlone: boolean,
  ): Pick<FoundPlace, 'kind' | 'name' | 'spellings'> | undefined {
    const key = words.join(' ');
    const isOrdinary = words.every((word) => ORDINARY_WORDS.has(word));
    if (isOrdinary && isAlone) return undefined;
    const ways: ((places: PlacesOfKind) => string[])[] = [
      (places) => places.called(key),
      ...(!isAlone && !isOrdinary ? [(places: PlacesOfKind) => places.sounding(key)] : []),
      ...(!isAlone && !isOrdinary && words.length === 1 ? [(places: PlacesOfKind) => places.misspelt(key)] : []),
    ];
    for (const way of ways) {
      for (const kind of KINDS) {
        const spellings = way(this.kinds[kind]);
        if (spellings.length > 0) return { kind, name: spellings[0]!, spellings: [...new Set(spellings)].sort() };
      }
    }
    return undefined;
  }
}
