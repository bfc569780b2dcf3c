import { answer, json } from '../components/content.js';
import { headers } from '../components/headers.js';
import { parameters } from '../components/parameters.js';
import { problems } from '../components/problems.js';
import { ANYBODY } from '../components/security.js';
import type { Operation, Paths, Response } from '../types.js';

const HEALTHY = { status: 'ok', parts: { database: { status: 'up' }, bus: { status: 'up' }, cache: { status: 'up' } } };
const DEGRADED = {
  status: 'degraded',
  parts: {
    database: { status: 'up' },
    bus: { status: 'degraded', detail: 'not connected, following the log' },
    cache: { status: 'degraded', detail: 'out of reach, searches go to the database' },
  },
};
const UNAVAILABLE = {
  status: 'unavailable',
  parts: {
    database: { status: 'down', detail: 'connect ECONNREFUSED 127.0.0.1:5432' },
    bus: { status: 'up' },
    cache: { status: 'up' },
  },
};

function health(operationId: string, summary: string, more: object): Operation {
  return {
    operationId,
    tags: ['operations'],
    summary,
    security: ANYBODY,
    parameters: parameters(),
    responses: {
      200: answer('It can', 'Health', {
        ok: { summary: 'All is well', value: { ...HEALTHY, ...more } },
        degraded: { summary: 'Slower, not wrong', value: { ...DEGRADED, ...more } },
      }),
      503: answer('It can’t; the part that is `down` says why', 'Health', { value: { ...UNAVAILABLE, ...more } }),
      ...problems('BadRequest'),
    },
  };
}

function document(operationId: string, summary: string): Operation {
  const response: Response = {
    description: 'The document',
    headers: headers(),
    content: {
      'application/json': {
        schema: { type: 'object', description: 'As its own specification says', additionalProperties: true },
      },
    },
  };
  return {
    operationId,
    tags: ['operations'],
    summary,
    security: ANYBODY,
    parameters: parameters(),
    responses: { 200: response, ...problems('BadRequest') },
  };
}

export const OPERATION_PATHS: Paths = {
  '/health/live': {
    get: {
      operationId: 'isLive',
      tags: ['operations'],
      summary: 'Does the process run?',
      security: ANYBODY,
      parameters: parameters(),
      responses: {
        200: {
          description: 'It runs',
          headers: headers(),
          content: json('Live', { example: { summary: 'An example', value: { status: 'ok' } } }),
        },
        ...problems('BadRequest'),
      },
    },
  },
  '/health/ready': { get: health('isReady', 'Can the instance serve?', {}) },
  '/health': { get: health('getHealth', 'The same, with the uptime', { uptimeSeconds: 86_400 }) },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['operations'],
      summary: 'Metrics in the text format of Prometheus',
      security: ANYBODY,
      parameters: parameters(),
      responses: {
        200: {
          description: 'All metrics of the instance',
          headers: headers(),
          content: {
            'text/plain': {
              schema: { type: 'string' },
              examples: {
                example: {
                  summary: 'One of them',
                  value: '# HELP errors_total Errors by type.\n# TYPE errors_total counter\nerrors_total 0\n',
                },
              },
            },
          },
        },
        ...problems('BadRequest'),
      },
    },
  },
  '/docs/openapi.json': { get: document('getOpenApi', 'This document') },
  '/docs/asyncapi.json': { get: document('getAsyncApi', 'The WebSocket messages, as an AsyncAPI document') },
};
