/** Look-ups in the commodity glossary: by portal name, by category, and by any name in a product's texts. */
import { categoryWithoutEntry } from './categories.js';
import { entries } from './entries.js';
import { type Category, type GlossaryEntry } from './glossary-entry.js';
import { type Normalise, PhraseIndex } from './phrase-index.js';
import { portalKey } from './portal-name.js';

// English names first, so that a portal name of the same spelling replaces them.
const entryByKey: ReadonlyMap<string, GlossaryEntry> = new Map([
  ...entries.map((entry): [string, GlossaryEntry] => [portalKey(entry.name), entry]),
  ...entries.flatMap((entry) => entry.portal.map((name): [string, GlossaryEntry] => [portalKey(name), entry])),
]);

const indexes = new WeakMap<Normalise, PhraseIndex>();

/**
 * The entry for a commodity as the portal (or the glossary itself) names it, whatever its case, spaces, punctuation.
 */
export function findByPortalName(commodity: string): GlossaryEntry | undefined {
  return entryByKey.get(portalKey(commodity));
}

/** Where a market files the commodity. Names without an entry are judged by their words; the last resort is 'other'. */
export function categoryOf(commodity: string): Category {
  return findByPortalName(commodity)?.category ?? categoryWithoutEntry(commodity);
}

/**
 * The entries that the texts name in any language: a name, alias or translation must occur as a run of whole words.
 * The longest run wins, so 'Green Chilli' is not also a chilli. A name of several commodities, such as 'धनिया' (leaves
 * or seeds), means the one that another name among the texts says, all of them if none does. Each entry once.
 *
 * @param normalise splits a text into comparable words. Pass the same function object each time: the index is built
 * once per function.
 */
export function synonymsOf(texts: readonly string[], normalise: Normalise): GlossaryEntry[] {
  const index = indexFor(normalise);
  const named = texts.flatMap((text) => index.read(text));
  const certain = new Set(named.flatMap((meanings) => (meanings.length === 1 ? meanings : [])));
  const open = named.filter((meanings) => !meanings.some((entry) => certain.has(entry)));
  return [...new Set([...certain, ...open.flat()])];
}

function indexFor(normalise: Normalise): PhraseIndex {
  let index = indexes.get(normalise);
  if (index === undefined) indexes.set(normalise, (index = new PhraseIndex(entries, normalise)));
  return index;
}
