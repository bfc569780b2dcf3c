import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '../../infra/index.js';
import { parseRoomRequest } from './room-request.js';

const EPOCH = '0198c7a2-0000-7000-8000-000000000000';
const ID = 'must be an id: letters, digits or _ . : - beginning with a letter or digit';
const TYPE = 'must be one of the following values: vendor, category, general';
const SLUG = 'must be a lower-case kebab slug such as leafy-vegetables';
const POSITION = `must be from 0 to ${Number.MAX_SAFE_INTEGER}`;

interface Field {
  name: string;
  /** A request with this value of it; without it if that is undefined. */
  request: (value: unknown) => unknown;
  missing: string;
  type: [value: unknown, message: string][];
  form: [value: unknown, message: string][];
  bounds: [value: unknown, message: string][];
}

const NO_TEXT: [unknown, string][] = [null, 7, true, ['vendor'], {}].map((value) => [value, 'must be a string']);
const since = (cursor: unknown): unknown => ({ type: 'general', since: cursor });

const FIELDS: Field[] = [
  {
    name: 'type',
    request: (type) => ({ type }),
    missing: 'is missing',
    type: NO_TEXT,
    form: ['', 'warehouse', 'GENERAL', '__proto__', 'toString'].map((value) => [value, TYPE]),
    bounds: [],
  },
  {
    name: 'vendorId',
    request: (vendorId) => ({ type: 'vendor', vendorId }),
    missing: 'is missing',
    type: NO_TEXT,
    form: ['', 'vnd 1', '_x', 'vnd_1\n', `${'v'.repeat(64)} `].map((value) => [value, ID]),
    bounds: [['v'.repeat(65), 'must have at most 64 characters']],
  },
  {
    name: 'category',
    request: (category) => ({ type: 'category', category }),
    missing: 'is missing',
    type: NO_TEXT,
    form: ['', 'Spices', 'मसाले', 'a--b', `${'a'.repeat(64)}-`].map((value) => [value, SLUG]),
    bounds: [['a'.repeat(65), 'must have at most 64 characters']],
  },
  {
    name: 'since.epoch',
    request: (epoch) => since({ epoch, position: 1 }),
    missing: 'is missing',
    type: NO_TEXT,
    form: ['', 'x', `${EPOCH}0`].map((value) => [value, 'must be a UUID']),
    bounds: [],
  },
  {
    name: 'since.position',
    request: (position) => since({ epoch: EPOCH, position }),
    missing: 'is missing',
    type: [null, '1', true, [1], {}, Number.NaN].map((value) => [value, 'must be a number']),
    form: [[1.5, 'must be a whole number']],
    bounds: [-1, 2 ** 53, Infinity, -Infinity].map((value) => [value, POSITION]),
  },
];

function faultsOf(request: unknown, options = { since: true }): unknown {
  try {
    parseRoomRequest(request, options);
  } catch (error) {
    if (error instanceof ValidationFailedError) return error.fields;
    throw error;
  }
  return [];
}

describe('a request for a room', () => {
  it.each(FIELDS)('names the first fault of $name, whichever it is', ({ name, request, missing, ...kinds }) => {
    const of = (message: string) => [{ field: name, message }];
    expect(faultsOf(request(undefined))).toEqual(of(missing));
    for (const [value, message] of [...kinds.type, ...kinds.form, ...kinds.bounds]) {
      expect({ value, faults: faultsOf(request(value)) }).toEqual({ value, faults: of(message) });
    }
  });

  it('names the type before its name, that before unknown fields, and those before since', () => {
    const all = { since: 7, x: 1, vendorId: '' };
    expect(faultsOf(all)).toEqual([{ field: 'type', message: 'is missing' }]);
    expect(faultsOf({ ...all, type: 'vendor' })).toEqual([{ field: 'vendorId', message: ID }]);
    expect(faultsOf({ ...all, type: 'vendor', vendorId: 'v' })).toEqual([
      { field: 'x', message: 'is not a known field' },
    ]);
    expect(faultsOf({ type: 'vendor', vendorId: 'v', since: 7 })).toEqual([
      { field: 'since', message: 'must be an object' },
    ]);
    expect(faultsOf({ type: 'general', since: {} }, { since: false })).toEqual([
      { field: 'since', message: 'is not a known field' },
    ]);
  });

  it('is taken where nothing is wrong, its epoch in small letters', () => {
    const request = { type: 'category', category: 'spices', since: { epoch: EPOCH.toUpperCase(), position: 0 } };
    expect(parseRoomRequest(request, { since: true })).toEqual({
      room: { type: 'category', category: 'spices' },
      since: { epoch: EPOCH, position: 0 },
    });
  });
});
