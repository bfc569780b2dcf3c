/** The compact form in which the data files hold entries, and its reading: one row is one commodity. */
import { type Category, type GlossaryEntry, type Language, LANGUAGES } from './glossary-entry.js';

/** Ten names divided by commas; the compiler refuses fewer. */
type Names =
  `${string}, ${string}, ${string}, ${string}, ${string}, ${string}, ${string}, ${string}, ${string}, ${string}`;

/**
 * `[name, portal names, translations, aliases]`. Translations stand in the order of {@link LANGUAGES}: Hindi, Tamil,
 * Telugu, Bengali, Marathi, Gujarati, Kannada, Malayalam, Punjabi, Urdu.
 */
export type Row = readonly [name: string, portal: readonly string[], names: Names, aliases: string];

export function entriesOf(category: Category, rows: readonly Row[]): readonly GlossaryEntry[] {
  return rows.map(([name, portal, names, aliases]) => ({
    name,
    category,
    portal,
    names: namesByLanguage(name, names.split(', ')),
    aliases: aliases.split(', '),
  }));
}

function namesByLanguage(name: string, names: readonly string[]): Record<Language, string> {
  if (names.length !== LANGUAGES.length) {
    throw new Error(`Glossary entry ${name} has ${names.length} translations, not ${LANGUAGES.length}`);
  }
  return Object.fromEntries(LANGUAGES.map((language, i) => [language, names[i]])) as Record<Language, string>;
}
