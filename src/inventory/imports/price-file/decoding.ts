import { TextDecoder } from 'node:util';
import type { ChunkSource } from './chunk-source.js';

export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

/** Bytes that are worked on at once. */
export const SLICE_BYTES = 64 * 1024;

const BOMS: readonly (readonly [Encoding, Buffer])[] = [
  ['UTF-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['UTF-16LE', Buffer.from([0xff, 0xfe])],
  ['UTF-16BE', Buffer.from([0xfe, 0xff])],
];
/** Bytes that tell the encoding. */
const HEAD_BYTES = 4;

/**
 * The bytes of a file in UTF-8, without a byte order mark, in slices of at most `SLICE_BYTES`. Excel saves "Unicode
 * text" as UTF-16; without its mark, UTF-16 shows in the zero bytes of its first two letters, which no text in UTF-8
 * has.
 */
export class DecodedFile {
  /** As soon as there is a slice. */
  encoding: Encoding = 'UTF-8';

  constructor(private readonly input: ChunkSource) {}

  async *slices(): AsyncGenerator<Buffer, void, void> {
    let head: Buffer = Buffer.alloc(0);
    let decoder: TextDecoder | undefined;
    let begun = false;
    const begin = (): Buffer => {
      const [encoding, markBytes] = encodingOf(head);
      this.encoding = encoding;
      begun = true;
      // A letter that is cut off, or half a pair, becomes U+FFFD.
      if (encoding !== 'UTF-8') decoder = new TextDecoder(encoding, { ignoreBOM: true });
      return head.subarray(markBytes);
    };
    for await (const chunk of this.input.iterator({ destroyOnReturn: false })) {
      let bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string | Uint8Array);
      if (!begun) {
        head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
        if (head.length < HEAD_BYTES) continue;
        bytes = begin();
      }
      yield* slicesOf(bytes, decoder);
    }
    if (!begun) yield* slicesOf(begin(), decoder);
    const rest = decoder?.decode() ?? '';
    if (rest !== '') yield Buffer.from(rest);
  }
}

function* slicesOf(bytes: Buffer, decoder: TextDecoder | undefined): Generator<Buffer, void, void> {
  // Two bytes of UTF-16 are up to three of UTF-8.
  const size = decoder ? SLICE_BYTES / 2 : SLICE_BYTES;
  for (let at = 0; at < bytes.length; at += size) {
    const slice = bytes.subarray(at, at + size);
    yield decoder ? Buffer.from(decoder.decode(slice, { stream: true })) : slice;
  }
}

function encodingOf(head: Buffer): [Encoding, number] {
  for (const [encoding, mark] of BOMS) {
    if (head.subarray(0, mark.length).equals(mark)) return [encoding, mark.length];
  }
  const [a, b, c, d] = head;
  if (a && b === 0 && c && d === 0) return ['UTF-16LE', 0];
  if (a === 0 && b && c === 0 && d) return ['UTF-16BE', 0];
  return ['UTF-8', 0];
}
