import { answer, noContent } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import type { Paths } from '../types.js';

export const CACHE_PATHS: Paths = {
  '/api/cache': {
    delete: {
      operationId: 'clearCaches',
      tags: ['cache'],
      summary: 'Empty every search cache, on all instances',
      description: 'Never needed for searches to be current.',
      security: ADMIN,
      parameters: parameters('IdempotencyKey'),
      responses: {
        204: noContent('They are empty'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'Unavailable'),
      },
    },
  },

  '/api/cache/stats': {
    get: {
      operationId: 'getCacheStats',
      tags: ['cache'],
      summary: 'How well the search cache does',
      security: ADMIN,
      parameters: parameters(),
      responses: {
        200: answer('Counts', 'CacheStats', {
          value: {
            entries: 318,
            evictions: 0,
            lease: { held: true, remainingMs: 9_412 },
            hits: 8_210,
            misses: 431,
            bypasses: 2,
            hitRatio: 0.9501,
            invalidations: {
              vendor: 12,
              category: 12,
              price: 9,
              text: 4,
              combined: 31,
              everything: 12,
              product: 12,
              vendors: 3,
              general: 0,
            },
            stale: 0,
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'BadRequest'),
      },
    },
  },
};
