import { answer } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import { EPOCH, ONION_CREATED, ONION_DEARER } from '../examples/events.js';
import type { Paths } from '../types.js';

export const EVENT_PATHS: Paths = {
  '/api/events': {
    get: {
      operationId: 'readEvents',
      tags: ['events'],
      summary: 'Read the event log',
      description:
        'Every change of every product, once, in one order without holes. Follow it with `epoch` and `after=nextAfter`. ' +
        'With filters, too, `nextAfter` goes on past events that don’t fit.',
      security: ADMIN,
      parameters: parameters('After', 'Epoch', 'EventLimit', 'OfVendor', 'OfProduct', 'Category', 'EventType'),
      responses: {
        200: answer('Events after the position', 'EventsPage', {
          value: { epoch: EPOCH, events: [ONION_CREATED, ONION_DEARER], nextAfter: 1042, lastPosition: 1042 },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'EpochChanged'),
      },
    },
  },

  '/api/events/stats': {
    get: {
      operationId: 'getEventStats',
      tags: ['events'],
      summary: 'How far the log reaches, and how far it is delivered',
      security: ADMIN,
      parameters: parameters(),
      responses: {
        200: answer('As seen by this instance', 'EventStats', {
          value: {
            epoch: EPOCH,
            lastPosition: 1042,
            deliveredPosition: 1042,
            backlog: 0,
            leader: true,
            busConnected: true,
            delivered: {
              total: 2,
              byType: {
                product_created: 1,
                product_updated: 0,
                product_deleted: 0,
                availability_changed: 0,
                price_changed: 1,
              },
            },
            subscribers: [
              { subscriberId: 'audit', eventTypes: ['price_changed'], delivered: 1, failed: 0, queued: 0, lag: 0 },
            ],
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'BadRequest'),
      },
    },
  },
};
