/** The commodity glossary: names of mandi commodities in twelve languages, their categories, and look-ups. */
export { entries } from './entries.js';
export { CATEGORIES, type Category, type GlossaryEntry, type Language, LANGUAGES, namesOf } from './glossary-entry.js';
export { categoryOf, findByPortalName, synonymsOf } from './glossary.js';
export { type Normalise } from './phrase-index.js';
export {
  EMPTY_WORDS,
  type Endings,
  ENDINGS,
  FILLER_WORDS,
  LISTED_WORDS,
  ORDINARY_WORDS,
  PLACE_ALIASES,
  QUALITY_WORDS,
  STATE_NAMES,
  type StateNames,
} from './word-lists.js';
