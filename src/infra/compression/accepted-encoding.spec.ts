import { describe, expect, it } from '@jest/globals';
import { acceptedEncoding } from './accepted-encoding.js';

describe('the encoding that is taken of Accept-Encoding', () => {
  it.each<[string | string[] | undefined, string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP ;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br; q=0.000,gzip;q=0', undefined],
    ['br;q=0.001', 'br'],
    ['identity', undefined],
    ['*', undefined],
    ['brotli, x-gzip', undefined],
    [['deflate', 'gzip'], 'gzip'],
    [`${'a,'.repeat(3_000)}gzip`, 'gzip'],
  ])('%j: %s', (header, encoding) => {
    expect([acceptedEncoding(header), acceptedEncoding(header)]).toEqual([encoding, encoding]);
  });
});
