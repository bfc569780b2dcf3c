import { answer } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import { PRODUCT_HISTORY, PRODUCT_HISTORY_REBUILT } from '../examples/projections.js';
import type { Paths } from '../types.js';

export const PROJECTION_PATHS: Paths = {
  '/api/projections': {
    get: {
      operationId: 'listProjections',
      tags: ['projections'],
      summary: 'How far all projections are',
      security: ADMIN,
      parameters: parameters(),
      responses: {
        200: answer('How they stand', 'Projections', { value: { projections: [PRODUCT_HISTORY] } }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest'),
      },
    },
  },

  '/api/projections/{id}/rebuild': {
    post: {
      operationId: 'rebuildProjection',
      tags: ['projections'],
      summary: 'Build a projection anew from the log',
      description:
        'Beside the tables that serve, which are replaced at once when the new ones have caught up. One that is being built goes on.',
      security: ADMIN,
      parameters: parameters('ProjectionName', 'IdempotencyKey'),
      responses: {
        202: answer('How it stands', 'Projection', { value: PRODUCT_HISTORY_REBUILT }, 'Idempotency-Replayed'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'ProjectionNotFound', 'EventsDropped', 'Unavailable'),
      },
    },
  },
};
