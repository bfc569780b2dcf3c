const LINE_FEED = 0x0a;

/** Cuts bytes that come in chunks into lines. */
export class Lines {
  private parts: Buffer[] = [];

  /** The lines that end in the chunk, each with its end. */
  *of(chunk: Buffer): Generator<Buffer, void, undefined> {
    let start = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, start)) {
      this.parts.push(chunk.subarray(start, feed + 1));
      const line = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
      this.parts = [];
      start = feed + 1;
      yield line;
    }
    if (start < chunk.length) this.parts.push(chunk.subarray(start));
  }

  /** What comes behind the last end of a line. */
  get rest(): Buffer {
    return Buffer.concat(this.parts);
  }
}
