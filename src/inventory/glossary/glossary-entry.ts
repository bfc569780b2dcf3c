/** What the glossary knows of one commodity: its names in ten Indian languages, and where a market files it. */

/** ISO 639-1 codes, in the order in which the data files give the translations. */
export const LANGUAGES = ['hi', 'ta', 'te', 'bn', 'mr', 'gu', 'kn', 'ml', 'pa', 'ur'] as const;

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
  readonly category: Category;
  /** The commodity's names as the Agmarknet portal spells them, such as 'Bhindi(Ladies Finger)'; may be empty. */
  readonly portal: readonly string[];
  /** The usual market name in each language, in its own script. */
  readonly names: Readonly<Record<Language, string>>;
  /** Further English names and Latin spellings of the vernacular names, as people type them; lower case. */
  readonly aliases: readonly string[];
}
