import { answer, jsonBody, noContent } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_BODY, ANY_REQUEST, ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN, SERVICE } from '../components/security.js';
import { LEASE, LEASED_EVENT_ID, LEASED_POSITION, NEW_CONSUMER, PARKED, PRICE_BOARD } from '../examples/consumers.js';
import { ONION_DEARER } from '../examples/events.js';
import type { Paths } from '../types.js';

const STATE = { value: PRICE_BOARD };

export const CONSUMER_PATHS: Paths = {
  '/api/consumers': {
    post: {
      operationId: 'createConsumer',
      tags: ['consumers'],
      summary: 'Have the log kept for a program, from a position on',
      description:
        'It then leases events and acknowledges them, with a token of the role `service`. Nothing is missed, whatever ends: what ' +
        'isn’t acknowledged comes again.',
      security: ADMIN,
      parameters: parameters('IdempotencyKey'),
      requestBody: jsonBody('CreateConsumer', {
        filtered: { summary: 'Some events, from the beginning', value: NEW_CONSUMER },
        all: { summary: 'All that comes', value: { name: NEW_CONSUMER.name } },
        time: { summary: 'Since a time', value: { name: NEW_CONSUMER.name, from: { time: ONION_DEARER.occurredAt } } },
      }),
      responses: {
        201: answer('How it stands', 'Consumer', STATE, 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'ConsumerExists', 'EventsDropped', 'Unavailable'),
      },
    },
    get: {
      operationId: 'listConsumers',
      tags: ['consumers'],
      summary: 'All consumers, also those of the server’s own code',
      security: ADMIN,
      parameters: parameters(),
      responses: {
        200: answer('How they stand', 'Consumers', { value: { consumers: [PRICE_BOARD] } }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest'),
      },
    },
  },

  '/api/consumers/{id}': {
    get: {
      operationId: 'getConsumer',
      tags: ['consumers'],
      summary: 'How far a consumer is',
      security: ADMIN,
      parameters: parameters('ConsumerName'),
      responses: {
        200: answer('How it stands', 'Consumer', STATE),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'ConsumerNotFound'),
      },
    },
    patch: {
      operationId: 'updateConsumer',
      tags: ['consumers'],
      summary: 'Pause a consumer, or have it go on',
      security: ADMIN,
      parameters: parameters('ConsumerName', 'IdempotencyKey'),
      requestBody: jsonBody('UpdateConsumer', { pause: { summary: 'Pause', value: { paused: true } } }),
      responses: {
        200: answer('How it stands', 'Consumer', STATE, 'Idempotency-Replayed'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'ConsumerNotFound', 'Unavailable'),
      },
    },
    delete: {
      operationId: 'deleteConsumer',
      tags: ['consumers'],
      summary: 'Forget a consumer, with its position and parked events',
      security: ADMIN,
      parameters: parameters('ConsumerName', 'IdempotencyKey'),
      responses: {
        204: noContent('It is gone'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'ConsumerNotFound', 'InProcessConsumer', 'Unavailable'),
      },
    },
  },

  '/api/consumers/{id}/events': {
    get: {
      operationId: 'leaseEvents',
      tags: ['consumers'],
      summary: 'Lease the next events',
      description:
        'One client at a time holds the lease, for 30 s. An acknowledgement that leaves events over renews it; so does one of the ' +
        'position before the first of them. A lease is either of new events or of events that are tried again.',
      security: SERVICE,
      parameters: parameters('ConsumerName', 'MostLeased', 'WaitSeconds'),
      responses: {
        200: answer('Events in order, or none', 'LeasedEvents', {
          some: {
            summary: 'Events',
            value: { lease: LEASE, events: [ONION_DEARER], position: ONION_DEARER.position, onFailure: 'skip' },
          },
          none: {
            summary: 'None, or another client has them',
            value: { lease: null, events: [], position: ONION_DEARER.position, onFailure: 'skip' },
          },
        }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'ConsumerNotFound', 'InProcessConsumer'),
      },
    },
  },

  '/api/consumers/{id}/ack': {
    post: {
      operationId: 'acknowledgeEvents',
      tags: ['consumers'],
      summary: 'Say what was handled, or what has failed',
      description:
        'A position: all events of the lease up to it are done. `failed`: the event comes again after 1 s, then later and later, and is ' +
        'parked in the end; go on with the others. With `block`, leave out later events of its product: they come again after it.',
      security: SERVICE,
      parameters: parameters('ConsumerName', 'IdempotencyKey'),
      requestBody: jsonBody('Acknowledgement', {
        done: { summary: 'Done up to here', value: { lease: LEASE, position: LEASED_POSITION } },
        failed: {
          summary: 'One has failed',
          value: { lease: LEASE, failed: { eventId: LEASED_EVENT_ID, error: 'The board is out of order' } },
        },
      }),
      responses: {
        204: noContent('It is kept'),
        ...problems(...ANY_BODY, ...ANY_WRITE, 'ConsumerNotFound', 'LeaseLost', 'Unavailable'),
      },
    },
  },

  '/api/consumers/{id}/seek': {
    post: {
      operationId: 'seekConsumer',
      tags: ['consumers'],
      summary: 'Move a consumer: have events handled again, or passed by',
      description: 'What is under way can’t be acknowledged any more; what was failing or parked is forgotten.',
      security: ADMIN,
      parameters: parameters('ConsumerName', 'IdempotencyKey'),
      requestBody: jsonBody('ConsumerStart', {
        position: { summary: 'Behind a position', value: { position: 1 } },
        time: { summary: 'To a time', value: { time: ONION_DEARER.occurredAt } },
        beginning: { summary: 'All again', value: 'beginning' },
        now: { summary: 'Pass all by', value: 'now' },
      }),
      responses: {
        200: answer('How it stands', 'Consumer', STATE, 'Idempotency-Replayed'),
        ...problems(
          ...ANY_BODY,
          ...ANY_WRITE,
          'ConsumerNotFound',
          'ProjectionConsumer',
          'EventsDropped',
          'Unavailable',
        ),
      },
    },
  },

  '/api/consumers/{id}/parked': {
    get: {
      operationId: 'listParkedEvents',
      tags: ['consumers'],
      summary: 'Events that have had all their attempts',
      description: 'The first thousand, in order.',
      security: ADMIN,
      parameters: parameters('ConsumerName'),
      responses: {
        200: answer('The events', 'ParkedEvents', { value: { events: [PARKED] } }),
        ...problems(...ANY_REQUEST, 'Forbidden', 'InvalidRequest', 'ConsumerNotFound'),
      },
    },
  },

  '/api/consumers/{id}/parked/{eventId}/retry': {
    post: {
      operationId: 'retryParkedEvent',
      tags: ['consumers'],
      summary: 'Have a parked event tried again, as often as at first',
      security: ADMIN,
      parameters: parameters('ConsumerName', 'ParkedEventId', 'IdempotencyKey'),
      responses: {
        204: noContent('It is due'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'ParkedEventNotFound', 'Unavailable'),
      },
    },
  },

  '/api/consumers/{id}/parked/{eventId}': {
    delete: {
      operationId: 'dropParkedEvent',
      tags: ['consumers'],
      summary: 'Give a parked event up',
      description: 'What has waited behind it goes on.',
      security: ADMIN,
      parameters: parameters('ConsumerName', 'ParkedEventId', 'IdempotencyKey'),
      responses: {
        204: noContent('It counts as handled'),
        ...problems(...ANY_WRITE, 'InvalidRequest', 'ParkedEventNotFound', 'Unavailable'),
      },
    },
  },
};
