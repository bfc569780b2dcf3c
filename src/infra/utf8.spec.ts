import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8Text } from './utf8.js';

describe('text of bytes in UTF-8', () => {
  it('is what it was made of, in any script', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\ufeffa', 'प्याज, வெங்காயம்', '🧅')),
        (text) => {
          expect(utf8Text(Buffer.from(text))).toBe(text);
        },
      ),
    );
  });

  it('shows what isn’t UTF-8 as unknown, as Node.js does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(utf8Text(Buffer.from(bytes))).toBe(Buffer.from(bytes).toString());
      }),
    );
  });
});
