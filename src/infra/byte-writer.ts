/** Bytes up to which a loop copies faster than a call that leaves JavaScript. */
const LOOPED = 50;

/** Puts a text together from bytes that are UTF-8 already, which as strings would be decoded and encoded again. */
export class ByteWriter {
  private bytes: Buffer;
  private written = 0;

  /** @param capacity bytes to begin with; there is always room for more */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Bytes that have been written. */
  get length(): number {
    return this.written;
  }

  byte(byte: number): void {
    this.provide(1);
    this.bytes[this.written] = byte;
    this.written += 1;
  }

  copy(source: Buffer, start = 0, end = source.length): void {
    this.provide(end - start);
    if (end - start > LOOPED) {
      this.written += source.copy(this.bytes, this.written, start, end);
      return;
    }
    const { bytes } = this;
    let length = this.written;
    for (let at = start; at < end; at += 1) bytes[length++] = source[at]!;
    this.written = length;
  }

  text(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.provide(text.length * 3);
    this.written += this.bytes.write(text, this.written);
  }

  /** All that has been written; shares memory with the writer, which is not to be used any more. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.written);
  }

  private provide(count: number): void {
    const needed = this.written + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.written);
    this.bytes = larger;
  }
}
