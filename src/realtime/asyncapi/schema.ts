import { jsonSchema } from '../../infra/index.js';

/** A JSON schema (draft 7), as AsyncAPI 3 takes it. */
export type Schema = jsonSchema.Schema;

export const { count, object, oneOfTexts, ref } = jsonSchema;

export const text = (description?: string): Schema => ({ type: 'string', ...(description && { description }) });
