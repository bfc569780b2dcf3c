import { createHash } from 'node:crypto';
import type { ChunkSource } from './price-file/chunk-source.js';

/** A file that is hashed while it is read. Like the reader, it does not close its input. */
export class HashedFile implements ChunkSource {
  private readonly hash = createHash('sha256');

  constructor(private readonly input: ChunkSource) {}

  async *iterator(): AsyncGenerator<Buffer> {
    for await (const chunk of this.input.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      this.hash.update(bytes);
      yield bytes;
    }
  }

  /** SHA-256 of what has been read; the end, so to be asked for once. */
  digest(): Buffer {
    return this.hash.digest();
  }

  /** The whole file's, which is thrown away. */
  static async digestOf(input: ChunkSource): Promise<Buffer> {
    const file = new HashedFile(input);
    for await (const _chunk of file.iterator());
    return file.digest();
  }
}
