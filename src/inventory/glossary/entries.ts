/** All glossary entries, read from the tables in `data`. */
import { CATEGORIES, type Category, type GlossaryEntry, type Language, LANGUAGES } from './glossary-entry.js';
import { groupBy } from '../../infra/index.js';
import { readTable } from './table.js';

/** Where a table has a list in one cell. */
const LIST = ' | ';

/** What stands for the language of names in Latin letters: English ones, and spellings of all the others. */
const LATIN = 'latin';

interface NameRow {
  readonly commodity: string;
  readonly lang: string;
  readonly name: string;
}

/** In no meaningful order. */
export const entries: readonly GlossaryEntry[] = readEntries();

function readEntries(): GlossaryEntry[] {
  const names = CATEGORIES.flatMap((category) =>
    readTable(`names/${category}.tsv`, ['commodity', 'lang', 'name', 'source']),
  );
  const byCommodity = groupBy(names, ({ commodity }) => commodity);
  const rows = readTable('commodities.tsv', ['name', 'slug', 'category', 'reports', 'portal']);
  const known = new Set(rows.map(({ name }) => name));
  const unknown = names.find(({ commodity }) => !known.has(commodity));
  if (unknown !== undefined) throw new Error(`names: ${unknown.commodity} is not in commodities.tsv`);
  return rows.map(({ name, slug, category, reports, portal }) => ({
    name,
    slug,
    category: category as Category,
    reports: Number(reports),
    portal: portal === '' ? [] : portal.split(LIST),
    ...namesOfRows(name, byCommodity.get(name) ?? []),
  }));
}

/** @throws Error if a language has no name of the commodity */
function namesOfRows(commodity: string, rows: readonly NameRow[]): Pick<GlossaryEntry, 'names' | 'others' | 'aliases'> {
  const namesIn = (lang: string): string[] => rows.filter((row) => row.lang === lang).map(({ name }) => name);
  const byLanguage = LANGUAGES.map((language) => [language, namesIn(language)] as const);
  const without = byLanguage.find(([, names]) => names.length === 0);
  if (without !== undefined) throw new Error(`names: ${commodity} has no name in ${without[0]}`);
  return {
    names: Object.fromEntries(byLanguage.map(([language, [first]]) => [language, first])) as Record<Language, string>,
    others: Object.fromEntries(byLanguage.map(([language, [, ...others]]) => [language, others])) as Record<
      Language,
      string[]
    >,
    aliases: namesIn(LATIN),
  };
}
