import { describe, expect, it } from '@jest/globals';
import { exportLine, recordLine, type RecordRow } from './event-record.js';
import { membersOf, readRecord } from './read-record.js';

const ROW: RecordRow = {
  position: '7',
  seq: '12',
  eventId: '0195550a-4000-7e8f-8a1b-2c3d4e5f6a7b',
  eventType: 'product_updated',
  productId: 'prd_1',
  vendorId: 'vnd_1',
  category: 'vegetables',
  version: 3,
  changes: '[{"field": "name", "oldValue": "a\\"}],{", "newValue": "प्याज \\\\"}]',
  product: '{"id":"prd_1","basePrice":1750.50,"names":{"hi": "आ,लू"}}',
  vendor: null,
  actor: 'admin:=1"+\\1',
  cause: null,
  observation: '{"flags":[],"arrivals":null,"min":1e3}',
  correlationId: 'c',
  region: 'local',
  occurredAt: '2026-03-01T03:35:00.000Z',
};

describe('a record of the log', () => {
  it('is read back to the very text of each value', () => {
    expect(readRecord(recordLine(ROW))).toEqual({ row: ROW, digest: undefined });
    const vendor = {
      ...ROW,
      productId: null,
      category: null,
      product: null,
      vendor: '{"name": "Asha", "market": null}',
    };
    expect(readRecord(exportLine(vendor, 'ab12'))).toEqual({ row: vendor, digest: 'ab12' });
  });

  it('is JSON, in one line', () => {
    const line = recordLine({ ...ROW, product: '{\n  "id": "prd_1"\r\n}' });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ position: 7, product: { id: 'prd_1' }, actor: ROW.actor });
  });

  it.each(['', 'x', '{', '{"a"', '{"a":1', '{"a":"x}', '{a:1}', '{"a":[1}', '[]', '{"position":1}'])(
    'is not made of %j',
    (line) => {
      expect(() => readRecord(line)).toThrow(SyntaxError);
    },
  );

  it('may have any members', () => {
    expect([...membersOf('{"a":{"b":[1,"]}"]},"c":null}')]).toEqual([
      ['a', '{"b":[1,"]}"]}'],
      ['c', 'null'],
    ]);
  });
});
