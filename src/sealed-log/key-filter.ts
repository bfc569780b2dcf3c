import { createHash } from 'node:crypto';

const BITS_A_KEY = 10;
const MIN_BYTES = 64;

/** The four numbers that a key is known by: a filter of `n` bits has it if the bits at these, modulo `n`, are set. */
export function keyHashes(key: string): number[] {
  const digest = createHash('sha256').update(key).digest();
  return [0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset));
}

/**
 * A Bloom filter of what a segment has events of: it never denies a key that is there, and takes one in a hundred
 * others for one. Bits are numbered as PostgreSQL's `get_bit` does.
 */
export function keyFilter(keys: ReadonlySet<string>): Buffer {
  const filter = Buffer.alloc(Math.max(MIN_BYTES, Math.ceil((keys.size * BITS_A_KEY) / 8)));
  const bits = filter.length * 8;
  for (const key of keys) {
    for (const hash of keyHashes(key)) filter[(hash % bits) >> 3]! |= 1 << (hash % 8);
  }
  return filter;
}

/** Names of keys: of a product, a vendor, an actor. */
export const productKey = (id: string): string => `product ${id}`;
export const vendorKey = (id: string): string => `vendor ${id}`;
