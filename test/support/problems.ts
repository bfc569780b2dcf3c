import { expect } from '@jest/globals';
import type { Problem } from '../../src/contracts/index.js';
import type { Answer } from './app.js';

/** The answer is an RFC 9457 problem with all members of the contract; returns it for closer looks. */
export function expectProblem(answer: Answer<unknown>, status: number, code?: string): Problem {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = answer.body as Problem;
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^urn:./),
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    code: code ?? expect.stringMatching(/^[a-z_]+$/),
    correlationId: answer.headers.get('x-correlation-id'),
  });
  return problem;
}

/** The same, and the field at fault is named. */
export function expectFieldError(answer: Answer<unknown>, field: string): void {
  const { errors } = expectProblem(answer, 400, 'validation_failed');
  expect(errors).toContainEqual({ field, message: expect.stringMatching(/./) });
}
