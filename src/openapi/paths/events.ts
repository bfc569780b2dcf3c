import { answer, json } from '../components/content.js';
import { headers } from '../components/headers.js';
import { parameters } from '../components/parameters.js';
import { ANY_REQUEST, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import { EPOCH, ONION_CREATED, ONION_DEARER } from '../examples/events.js';
import type { Paths } from '../types.js';

const AUDITED = [
  { ...ONION_DEARER, actor: { kind: 'vendor', id: ONION_DEARER.vendorId } },
  { ...ONION_CREATED, actor: { kind: 'admin', id: 'admin' } },
];

const SEAL = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

const AUDIT_HEADER =
  'position,occurredAt,eventType,actorKind,actorId,importId,idempotencyKey,vendorId,productId,category,version,changes,state,' +
  'observation,correlationId,region,eventId';

export const EVENT_PATHS: Paths = {
  '/api/events': {
    get: {
      operationId: 'readEvents',
      tags: ['events'],
      summary: 'Read the event log',
      description:
        'Every change of every product and vendor, once, in one order without holes. Follow it with `epoch` and `after=nextAfter`. ' +
        'With filters, too, `nextAfter` goes on past events that don’t fit; a page may have fewer than fit, or none, as long as ' +
        '`nextAfter` is below `lastPosition`.',
      security: ADMIN,
      parameters: parameters('After', 'Epoch', 'EventLimit', 'OfVendor', 'OfProduct', 'Category', 'EventType'),
      responses: {
        200: answer('Events after the position', 'EventsPage', {
          value: {
            epoch: EPOCH,
            events: AUDITED.toReversed(),
            nextAfter: 1042,
            lastPosition: 1042,
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'EpochChanged'),
      },
    },
  },

  '/api/audit': {
    get: {
      operationId: 'readAudit',
      tags: ['events'],
      summary: 'Who has changed what',
      description:
        'Events with their actors and causes, newest first. With `Accept: text/csv` or `application/x-ndjson` everything that fits, as one ' +
        'stream, as of the moment of the request; `limit` is of pages only. In CSV, cells that a spreadsheet would take for formulas begin ' +
        'with an apostrophe. A page that has searched 200,000 positions in vain is empty, but has a `nextCursor`.',
      security: ADMIN,
      parameters: parameters(
        'Actor',
        'OfProduct',
        'OfVendor',
        'Cause',
        'FromMoment',
        'ToMoment',
        'AuditLimit',
        'AuditCursor',
      ),
      responses: {
        200: {
          description: 'As `Accept` wants it',
          headers: headers(),
          content: {
            ...json('AuditPage', {
              example: {
                summary: 'An example',
                value: { items: AUDITED, nextCursor: null, epoch: EPOCH, position: 1042 },
              },
            }),
            'text/csv': {
              schema: { type: 'string', description: 'A header and a line (RFC 4180) for each event' },
              examples: { none: { summary: 'Nothing that fits', value: `${AUDIT_HEADER}\r\n` } },
            },
            'application/x-ndjson': {
              schema: { type: 'string', description: 'An event in each line' },
              examples: {
                example: {
                  summary: 'An example',
                  value: AUDITED.map((event) => `${JSON.stringify(event)}\n`).join(''),
                },
              },
            },
          },
        },
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'EventsDropped'),
      },
    },
  },

  '/api/events/seals': {
    get: {
      operationId: 'readSeals',
      tags: ['events'],
      summary: 'Read what proves the log',
      description:
        'Every 10,000 positions (fewer if the events are large) are sealed: the seal is a hash of them and of the seal before. Whoever keeps ' +
        '`head` elsewhere can tell later whether any event before it was changed.',
      security: ADMIN,
      parameters: parameters('AfterSeal', 'SealLimit'),
      responses: {
        200: answer('Seals behind the position, in order', 'Seals', {
          value: {
            seals: [{ first: 1, last: 10_000, epoch: EPOCH, hash: SEAL, previous: null, bytes: 654_488 }],
            head: SEAL,
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest'),
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
                price_recorded: 0,
                vendor_created: 0,
                vendor_updated: 0,
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
