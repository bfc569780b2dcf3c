/** Bytes as they arrive: a `Readable`, or what stands in for one. */
export interface ChunkSource {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<unknown>;
}
