/** What the glossary knows of one commodity: its names in twelve Indian languages, and where a market files it. */

/** ISO 639-1 codes. */
export const LANGUAGES = ['hi', 'ta', 'te', 'bn', 'mr', 'gu', 'kn', 'ml', 'pa', 'ur', 'or', 'as'] as const;

export type Language = (typeof LANGUAGES)[number];

export const CATEGORIES = [
  'vegetables',
  'fruits',
  'cereals',
  'pulses',
  'oilseeds',
  'spices',
  'fibres',
  'flowers',
  'dry-fruits',
  'oils-and-fats',
  'livestock-poultry-fisheries',
  'plantation-and-forest',
  'sweeteners',
  'other',
] as const;

export type Category = (typeof CATEGORIES)[number];

export interface GlossaryEntry {
  /** Plain English name, such as 'Okra'. */
  readonly name: string;
  /** What products say they are (`commodity`), such as 'green-chilli'. Products have it, so it never changes. */
  readonly slug: string;
  readonly category: Category;
  /** Price reports of it on the portal in a week of 2023: how common it is, compared with others. */
  readonly reports: number;
  /** The commodity's names as the Agmarknet portal spells them, such as 'Bhindi(Ladies Finger)'; may be empty. */
  readonly portal: readonly string[];
  /** The usual market name in each language, in its own script. */
  readonly names: Readonly<Record<Language, string>>;
  /** Further names and spellings in the same scripts: regional ones, singular or plural, with and without blanks. */
  readonly others: Readonly<Record<Language, readonly string[]>>;
  /** Further English names and Latin spellings of the vernacular names, as people type them; lower case. */
  readonly aliases: readonly string[];
}

/** Everything that the commodity is called, the portal's names excepted; a name may occur twice. */
export function namesOf({ name, aliases, names, others }: GlossaryEntry): string[] {
  return [name, ...aliases, ...Object.values(names), ...Object.values(others).flat()];
}
