import type { DroppedEventsProblem, FieldError, ImportSummary, Problem } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { IMPORT_SUMMARY } from './operations.js';
import { listOf, object, schemaRef } from './schema.js';

const PROBLEM: Record<keyof Problem, Schema> = {
  type: { type: 'string', format: 'uri', description: '`urn:mandi-inventory-sync:problem:` and the code' },
  title: { type: 'string', description: 'Of the status' },
  status: { type: 'integer', minimum: 400, maximum: 599, description: 'Of the answer' },
  detail: { type: 'string', description: 'For people; may change' },
  code: { type: 'string', pattern: '^[a-z_]+$', description: 'Stable, for programs; later versions may add codes' },
  correlationId: { type: 'string', description: 'Finds the log lines of the request' },
  errors: listOf(schemaRef('FieldError'), { maxItems: 100, description: 'What is wrong with which field' }),
};

export const PROBLEM_SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: object<Problem>(PROBLEM, ['errors'], 'RFC 9457 problem details, the body of every error'),

  UnusableImport: object<Problem & ImportSummary>(
    { ...PROBLEM, ...IMPORT_SUMMARY },
    ['errors'],
    'A file of which no row could be taken: a problem with the members of an import’s summary',
  ),

  DroppedEvents: object<DroppedEventsProblem>(
    { ...PROBLEM, first: { type: 'integer', minimum: 2, description: 'The first position that is kept' } },
    ['errors'],
    'Of events that are in an archive only',
  ),

  FieldError: object<FieldError>({
    field: { type: 'string', description: 'Path of the field, such as `items.3.basePrice`' },
    message: { type: 'string', description: 'For people; may change' },
  }),
};
