import { InitialSchema1790000000000 } from './1790000000000-initial-schema.js';

/** Forward only, in order. A released migration is never edited. */
export const MIGRATIONS = [InitialSchema1790000000000];
