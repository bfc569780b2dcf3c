import type { Examples, MediaType, RequestBody, Response } from '../types.js';
import { headers } from './headers.js';
import { schemaRef } from './schemas/schema.js';

export const json = (schema: string, examples: Examples): Readonly<Record<string, MediaType>> => ({
  'application/json': { schema: schemaRef(schema), examples },
});

export const jsonBody = (schema: string, examples: Examples): RequestBody => ({
  required: true,
  content: json(schema, examples),
});

/** A JSON answer; `more` names its headers. */
export function answer(
  description: string,
  schema: string,
  examples: Examples | { value: unknown },
  ...more: string[]
): Response {
  const several = 'value' in examples ? { example: { summary: 'An example', value: examples.value } } : examples;
  return { description, headers: headers(...more), content: json(schema, several) };
}

export const noContent = (description: string): Response => ({
  description,
  headers: headers('Idempotency-Replayed'),
});

export const notModified = (...more: string[]): Response => ({
  description: 'What the client has still holds',
  headers: headers(...more),
});
