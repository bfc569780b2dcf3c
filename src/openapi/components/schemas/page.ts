import { FACETS } from '../../../contracts/index.js';
import type {
  CorrectedWord,
  FacetValue,
  FoundProducts,
  Interpretation,
  Moment,
  Page,
  Place,
  Suggestion,
} from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, listOf, MOMENT, nullable, object, schemaRef } from './schema.js';

const fieldsOf = (item: string): Record<keyof Page<unknown>, Schema> => ({
  items: listOf(schemaRef(item), { maxItems: 100 }),
  nextCursor: nullable({ type: 'string', description: 'Pass as `cursor` for the next page; null on the last one' }),
  epoch,
  position: count('Log position the page was read at: subscribe from there and nothing is missed'),
});

const FACET = listOf(schemaRef('FacetValue'), { maxItems: 20, description: 'The commonest first' });

const place = (of: string): Schema => ({ type: 'string', description: `Name of the ${of}` });

const PLACE: Schema = {
  ...object<Place>({ market: place('market'), district: place('district'), state: place('state') }, [
    'market',
    'district',
    'state',
  ]),
  type: ['object', 'null'],
  description: 'Places that are named in the text, and are filtered by',
};

export const PAGE_SCHEMAS: Readonly<Record<string, Schema>> = {
  ProductPage: object<FoundProducts & Partial<Moment>>(
    {
      ...fieldsOf('FoundProduct'),
      knownAt: MOMENT.knownAt,
      unsettled: {
        type: 'boolean',
        const: true,
        description:
          'The page shows changes that had no position soon enough, as while no instance leads: `asOf` its `position` not ' +
          'all of it is found again. Left out otherwise',
      },
      interpretation: schemaRef('Interpretation'),
      facets: schemaRef('Facets'),
    },
    ['knownAt', 'unsettled', 'facets'],
  ),
  Facets: object<NonNullable<FoundProducts['facets']>>({ category: FACET, state: FACET, availability: FACET }, [
    ...FACETS,
  ]),
  FacetValue: object<FacetValue>({
    value: { type: 'string' },
    count: count('Products that have it, of all that are found'),
  }),
  VendorPage: object<Page<unknown>>(fieldsOf('FoundVendor')),
  Interpretation: object<Interpretation>({
    kind: {
      type: 'string',
      enum: ['exact', 'loosened'],
      description:
        '`loosened`: this is what was found where nothing fits all words, or behind what only sounds like them',
    },
    q: { type: 'string', description: 'The text that was searched for; empty without one' },
    dropped: listOf({ type: 'string' }, { description: 'Words that were left out' }),
    corrected: listOf(schemaRef('CorrectedWord'), { description: 'Words that were taken for others' }),
    place: PLACE,
  }),
  Suggestions: object<{ suggestions: Suggestion[] }>({
    suggestions: listOf(schemaRef('Suggestion'), { maxItems: 50 }),
  }),
  Suggestion: object<Suggestion>({
    commodity: { type: 'string', description: 'As products have it' },
    text: { type: 'string', description: 'The name that begins so' },
    displayName: { type: 'string', description: 'The name in the language asked for, or the English one' },
    products: count('How many products there are of it'),
  }),
  CorrectedWord: object<CorrectedWord>({
    from: { type: 'string', description: 'As typed' },
    to: { type: 'string', description: 'What it was taken for' },
  }),
};
