import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteWriter } from './byte-writer.js';

describe('ByteWriter', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat()),
    fc.nat(255),
  );

  it('puts together what it is given, however little room it began with', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.array(piece), (capacity, pieces) => {
        const writer = new ByteWriter(capacity);
        const expected = pieces.map((one) => {
          if (typeof one === 'string') {
            writer.text(one);
            return Buffer.from(one);
          }
          if (typeof one === 'number') {
            writer.byte(one);
            return Buffer.from([one]);
          }
          const [bytes, ...ends] = one;
          const [start, end] = ends.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b) as [number, number];
          writer.copy(Buffer.from(bytes), start, end);
          return Buffer.from(bytes.subarray(start, end));
        });
        expect(writer.finish().equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });

  it('copies the whole of a buffer unless told otherwise', () => {
    const writer = new ByteWriter(1);
    writer.copy(Buffer.from('short, '));
    writer.copy(Buffer.from('or as long as it may be '.repeat(5)));
    expect(writer.finish().toString()).toBe(`short, ${'or as long as it may be '.repeat(5)}`);
  });
});
