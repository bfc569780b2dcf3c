/** JSON schemas of what the rules of this folder take, for the API's descriptions. */
import type { jsonSchema } from '../infra/index.js';
import { ID, LANGUAGE_TAG, MAX_SLUG, SLUG } from './rules.js';

type Schema = jsonSchema.Schema;

export const nullable = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });

export const id = (description: string): Schema => ({ type: 'string', pattern: ID.source, description });

export const slug = (description: string): Schema => ({
  type: 'string',
  pattern: SLUG.source,
  maxLength: MAX_SLUG,
  description: `${description}: a lower-case kebab slug`,
});

/** Control characters but for tab, line feed and carriage return are refused; PostgreSQL can't store NUL anyway. */
const ALLOWED = '[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*';

/** Text for people. Lengths are those of UTF-16, so a character outside the basic plane counts as two. */
export const text = (maxLength: number, description: string): Schema => ({
  type: 'string',
  maxLength,
  pattern: `^(?=[\\s\\S]*\\S)${ALLOWED}$`,
  description,
});

export const textOrBlank = (maxLength: number, description: string): Schema => ({
  type: 'string',
  maxLength,
  pattern: `^${ALLOWED}$`,
  description,
});

export const languageTag = (description: string): Schema => ({
  type: 'string',
  pattern: LANGUAGE_TAG.source,
  description,
});

export const names: Schema = {
  type: 'object',
  description: 'Translations of the name by BCP 47 language tag',
  maxProperties: 64,
  propertyNames: { pattern: LANGUAGE_TAG.source },
  additionalProperties: text(200, 'The name in this language'),
};

export const price = (description: string): Schema => ({
  type: 'number',
  minimum: 0,
  maximum: 9_999_999_999.99,
  multipleOf: 0.01,
  description,
});

export const weight = (description: string): Schema => ({
  type: 'number',
  minimum: 0.0001,
  maximum: 999_999.999_999,
  multipleOf: 0.000_001,
  description,
});

export const day = (description: string): Schema => ({ type: 'string', format: 'date', description });

export const time = (description: string): Schema => ({
  type: 'string',
  format: 'date-time',
  description: `${description}; ISO 8601, UTC, milliseconds`,
});
