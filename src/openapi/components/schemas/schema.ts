import { ID, SLUG } from '../../../infra/index.js';
import type { Schema } from '../../types.js';

type OptionalKeys<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** All fields of a type and no others; the compiler sees to it that none is forgotten. */
export type Fields<T> = { [Key in keyof Required<T>]: Schema };

export const schemaRef = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object with these fields and no others. */
export function object<T>(
  properties: Fields<T>,
  optional: readonly OptionalKeys<T>[] = [],
  description?: string,
): Schema {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return {
    type: 'object',
    ...(description && { description }),
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

export const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });

export const count = (description: string, minimum = 0): Schema => ({ type: 'integer', minimum, description });

export const oneOfTexts = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...(description && { description }),
});

export const nullable = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });

export const id = (description: string): Schema => ({ type: 'string', pattern: ID.source, description });

export const slug = (description: string): Schema => ({
  type: 'string',
  pattern: SLUG.source,
  maxLength: 64,
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

const LANGUAGE_TAG = '^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$';

export const languageTag = (description: string): Schema => ({ type: 'string', pattern: LANGUAGE_TAG, description });

export const names: Schema = {
  type: 'object',
  description: 'Translations of the name by BCP 47 language tag',
  maxProperties: 64,
  propertyNames: { pattern: LANGUAGE_TAG },
  additionalProperties: text(200, 'The name in this language'),
};

export const languages: Schema = listOf(languageTag('BCP 47'), {
  maxItems: 64,
  description: 'Languages the vendor deals in',
});

export const price = (description: string): Schema => ({
  type: 'number',
  minimum: 0,
  maximum: 9_999_999_999.99,
  multipleOf: 0.01,
  description,
});

export const time = (description: string): Schema => ({
  type: 'string',
  format: 'date-time',
  description: `${description}; ISO 8601, UTC, milliseconds`,
});

export const epoch: Schema = {
  type: 'string',
  format: 'uuid',
  description: 'Of the event log, made with the database; positions of different epochs can’t be compared',
};
