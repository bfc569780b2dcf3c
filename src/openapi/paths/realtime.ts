import { answer } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import { EPOCH } from '../examples/events.js';
import type { Paths } from '../types.js';

export const REALTIME_PATHS: Paths = {
  '/api/realtime/stats': {
    get: {
      operationId: 'getRealtimeStats',
      tags: ['realtime'],
      summary: 'Who listens at this instance',
      security: ADMIN,
      parameters: parameters(),
      responses: {
        200: answer('Counts', 'RealtimeStats', {
          value: {
            connections: 3,
            subscriptions: { vendor: 2, category: 1, general: 1, total: 4 },
            cursor: { epoch: EPOCH, position: 1042 },
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'BadRequest'),
      },
    },
  },
};
