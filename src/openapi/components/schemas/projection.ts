import type { ProjectionState } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, id, listOf, object, schemaRef } from './schema.js';

export const PROJECTION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Projection: object<ProjectionState>({
    name: id('Of the projection'),
    version: count('Of the code that has made its tables', 1),
    position: count('They hold what the log says up to here'),
    rows: count('Of all its tables; of very many an estimate'),
    rebuilding: {
      oneOf: [schemaRef('ProjectionRebuild'), { type: 'null' }],
      description: 'How far the tables are that are to take their place',
    },
  }),

  ProjectionRebuild: object<{ position: number; of: number }>({
    position: count('What they have of the log'),
    of: count('Where the log ends'),
  }),

  Projections: object<{ projections: unknown[] }>({ projections: listOf(schemaRef('Projection')) }),
};
