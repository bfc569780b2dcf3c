import { jsonSchema } from '../../../infra/index.js';
import { fieldSchemas } from '../../../validation/index.js';
import type { Moment } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';

export const { count, object, oneOfTexts, ref: schemaRef } = jsonSchema;
export const { id, languageTag, names, nullable, price, slug, text, textOrBlank, time } = fieldSchemas;

export const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });

export const languages: Schema = listOf(languageTag('BCP 47'), {
  maxItems: 64,
  description: 'Languages the vendor deals in',
});

export const epoch: Schema = {
  type: 'string',
  format: 'uuid',
  description:
    'Of the event log; a new one if the database was set back. Positions of different epochs can’t be compared',
};

/** Of answers to `asOf`. */
export const MOMENT = {
  position: count('With `asOf`: everything up to here was known, and nothing else'),
  knownAt: {
    type: ['string', 'null'],
    format: 'date-time',
    description: 'With `asOf`: when the event at `position` happened; null before the first one',
  },
} satisfies Record<keyof Moment, Schema>;

export const DISPLAY_NAME = text(200, 'The name in `lang`, or the plain one; only if `lang` was given');
