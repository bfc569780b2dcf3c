/** Bytes up to which a loop copies faster than a call that leaves JavaScript. */
const LOOPED = 50;

/** Puts a text together from bytes that are UTF-8 already, which as strings would be decoded and encoded again. */
export class ByteWriter {
  private bytes: Buffer;
  private length = 0;

  /** @param capacity bytes to begin with; there is always room for more */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  byte(byte: number): void {
    this.provide(1);
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  copy(source: Buffer, start = 0, end = source.length): void {
    this.provide(end - start);
    if (end - start > LOOPED) {
      this.length += source.copy(this.bytes, this.length, start, end);
      return;
    }
    const { bytes } = this;
    let { length } = this;
    for (let at = start; at < end; at += 1) bytes[length++] = source[at]!;
    this.length = length;
  }

  text(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.provide(text.length * 3);
    this.length += this.bytes.write(text, this.length);
  }

  /** All that has been written; shares memory with the writer, which is not to be used any more. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private provide(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
