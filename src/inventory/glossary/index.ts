/** The commodity glossary: names of mandi commodities in ten languages, their categories, and look-ups. */
export { entries } from './entries/index.js';
export { CATEGORIES, type Category, type GlossaryEntry, type Language, LANGUAGES } from './glossary-entry.js';
export { categoryOf, findByPortalName, synonymsOf } from './glossary.js';
export { type Normalise } from './phrase-index.js';
