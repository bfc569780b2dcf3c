import type { FieldError, Problem } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { listOf, object, schemaRef } from './schema.js';

export const PROBLEM_SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: object<Problem>(
    {
      type: { type: 'string', format: 'uri', description: '`urn:mandi-inventory-sync:problem:` and the code' },
      title: { type: 'string', description: 'Of the status' },
      status: { type: 'integer', minimum: 400, maximum: 599, description: 'Of the answer' },
      detail: { type: 'string', description: 'For people; may change' },
      code: { type: 'string', pattern: '^[a-z_]+$', description: 'Stable, for programs; later versions may add codes' },
      correlationId: { type: 'string', description: 'Finds the log lines of the request' },
      errors: listOf(schemaRef('FieldError'), { maxItems: 100, description: 'What is wrong with which field' }),
    },
    ['errors'],
    'RFC 9457 problem details, the body of every error',
  ),

  FieldError: object<FieldError>({
    field: { type: 'string', description: 'Path of the field, such as `items.3.basePrice`' },
    message: { type: 'string', description: 'For people; may change' },
  }),
};
