import { expect } from '@jest/globals';
import type { Answer } from '../app.js';
import { type Described, headersOf } from './document.js';
import { faults } from './schemas.js';

/** The answer is one of those that the document has for the operation, in status, headers and body. */
export function expectDocumented(described: Described, answer: Answer<unknown>): void {
  const { status, headers, body } = answer;
  expect(bodyFaults(described, status, headers.get('content-type') ?? '', body)).toEqual([]);
  for (const [name, { required, schema }] of headersOf(described.responses.get(status)!)) {
    const value = headers.get(name);
    if (required) expect({ status, name, value }).toEqual({ status, name, value: expect.any(String) });
    if (value !== null) expect(faults(schema, schema.type === 'integer' ? Number(value) : value)).toEqual([]);
  }
}

/** What is wrong with the status, the type or the body of an answer; `body` is parsed if it is JSON. */
export function bodyFaults({ id, responses }: Described, status: number, type: string, body: unknown): unknown[] {
  const response = responses.get(status);
  if (!response) return [{ id, status, body, fault: 'a status that is not documented' }];
  if (!response.content) return body === '' ? [] : [{ id, status, body, fault: 'a body that is not documented' }];
  const media = response.content[type.split(';')[0]!];
  return media ? faults(media.schema, body) : [{ id, status, type, fault: 'a type that is not documented' }];
}
